import Quan

/// Reads rows of a CSV file (RFC 4180, with any of comma, semicolon and tab), a row at a time, in bounded memory.
struct CSVReader {
  /// A row: the line that it begins in, from 1, and its cells.
  struct Row: Sendable {
    let line: Int
    let cells: [String]

    /// Whether no cell holds anything.
    var isBlank: Bool { cells.allSatisfy { $0.trimmed.isEmpty } }
  }

  /// How long a row may be: as long as what one change can hold.
  static let rowLimit = FileInput.limit

  let decoder: TextDecoder
  let delimiter: UInt8
  private var buffer: [UInt8]
  private var index = 0
  private var line = 1
  /// What came before in the cell that is being read.
  private var begun: [UInt8] = []
  /// How many cells the row before had.
  private var usualCount = 0

  init(_ decoder: TextDecoder, delimiter wanted: UInt8?) throws {
    self.decoder = decoder
    buffer = try decoder.next()
    delimiter = wanted ?? Self.detect(buffer.prefix(1 << 16))
  }

  /// The separator that stands outside quotes equally often in most lines; of several the one that stands more often.
  private static func detect(_ sample: ArraySlice<UInt8>) -> UInt8 {
    let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
    var lines: [[Int]] = []
    var counts = [0, 0, 0]
    var quoted = false
    for byte in sample {
      if byte == UInt8(ascii: "\"") { quoted.toggle() }
      guard !quoted else { continue }
      if byte == UInt8(ascii: "\n") {
        lines.append(counts)
        counts = [0, 0, 0]
      } else if let place = candidates.firstIndex(of: byte) {
        counts[place] += 1
      }
    }
    if lines.isEmpty || counts != [0, 0, 0] { lines.append(counts) }
    /// In how many lines a separator stands as often as in most, and how often that is.
    func regularity(_ place: Int) -> (lines: Int, count: Int) {
      var tally: [Int: Int] = [:]
      for line in lines where line[place] > 0 { tally[line[place], default: 0] += 1 }
      return tally.map { (lines: $0.value, count: $0.key) }.max { $0 < $1 } ?? (0, 0)
    }
    var best = 0
    for place in candidates.indices.dropFirst() where regularity(place) > regularity(best) { best = place }
    return candidates[best]
  }

  /// The next byte, if there is one.
  private mutating func peek() throws -> UInt8? {
    if index == buffer.count {
      buffer = try decoder.next()
      index = 0
      if buffer.isEmpty { return nil }
    }
    return buffer[index]
  }

  /// Where the bytes end that mean nothing but themselves: at what may end a cell or a quote, or with the buffer.
  private func endOfRun(quoted: Bool) -> Int {
    let quote = UInt8(ascii: "\"")
    let delimiter = delimiter
    return unsafe buffer.withUnsafeBufferPointer { bytes in
      var place = index
      while place < bytes.count {
        let byte = unsafe bytes[place]
        if byte == quote { return place }
        if !quoted && (byte == delimiter || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")) { return place }
        place += 1
      }
      return place
    }
  }

  /// The next row; `nil` at the end.
  ///
  /// - Throws: ``CommandFailure`` for a row over the limit, for bytes that are no text, and for a quote that never ends.
  mutating func next() throws -> Row? {
    guard try peek() != nil else { return nil }
    let start = line
    var cells: [String] = []
    cells.reserveCapacity(usualCount)
    begun.removeAll(keepingCapacity: true)
    var quoted = false
    var size = 0
    while try peek() != nil {
      let from = index
      let end = endOfRun(quoted: quoted)
      size += end - from + 1
      guard size <= Self.rowLimit else { throw Self.tooLong(start) }
      if quoted { line += buffer[from..<end].count { $0 == UInt8(ascii: "\n") } }
      index = end
      guard end < buffer.count else {
        begun += buffer[from..<end]
        continue
      }
      let byte = buffer[end]
      index += 1
      if quoted {
        begun += buffer[from..<end]
        if try peek() == byte {
          begun.append(byte)
          index += 1
        } else {
          quoted = false
        }
      } else if byte == delimiter {
        cells.append(try cell(from..<end, start))
      } else if byte == UInt8(ascii: "\"") {
        if begun.isEmpty && from == end {
          quoted = true
        } else {
          begun += buffer[from...end]
        }
      } else {
        cells.append(try cell(from..<end, start))
        if byte == UInt8(ascii: "\r"), try peek() == UInt8(ascii: "\n") { index += 1 }
        line += 1
        usualCount = cells.count
        return Row(line: start, cells: cells)
      }
    }
    guard !quoted else {
      throw CommandFailure(
        .failed, say("第 \(start) 行的引号没有配对", "a quote in line \(start) lacks its pair"),
        hint: say("补上引号, 或用 --delimiter 指明分隔符", "close the quote, or say the separator with --delimiter"))
    }
    cells.append(try cell(0..<0, start))
    return Row(line: start, cells: cells)
  }

  private static func tooLong(_ line: Int) -> CommandFailure {
    CommandFailure(
      .overLimit, say("第 \(line) 行超过 \(rowLimit >> 20) MiB", "line \(line) is longer than \(rowLimit >> 20) MiB"),
      hint: say("可能有一个引号没有配对, 或不是表格文件", "a quote may lack its pair, or the file is no table"))
  }

  /// The cell that ends with a piece of the buffer.
  private mutating func cell(_ end: Range<Int>, _ line: Int) throws -> String {
    do {
      if begun.isEmpty { return String(copying: try UTF8Span(validating: buffer.span.extracting(end))) }
      begun += buffer[end]
      let text = String(copying: try UTF8Span(validating: begun.span))
      begun.removeAll(keepingCapacity: true)
      return text
    } catch {
      throw CommandFailure(
        .failed, say("第 \(line) 行不是 UTF-8 文字", "line \(line) is not UTF-8"),
        hint: say("试试 --encoding gb18030", "try --encoding gb18030"))
    }
  }
}
