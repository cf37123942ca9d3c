import Quan

/// Reads rows of a CSV file (RFC 4180, with any of comma, semicolon and tab), a row at a time, in bounded memory.
struct CSVReader {
  /// A row: the line that it begins in, from 1, and its cells.
  struct Row {
    let line: Int
    let cells: [String]

    /// Whether no cell holds anything.
    var isBlank: Bool { cells.allSatisfy { $0.allSatisfy(\.isWhitespace) } }
  }

  /// How long a row may be: longer ones are no tables.
  static let rowLimit = 8 << 20

  let decoder: TextDecoder
  let delimiter: UInt8
  private var buffer: [UInt8]
  private var index = 0
  private var line = 1

  init(_ decoder: TextDecoder, delimiter wanted: UInt8?) throws {
    self.decoder = decoder
    buffer = try decoder.next()
    delimiter = wanted ?? Self.detect(buffer.prefix(1 << 16))
  }

  /// The separator that stands most often outside quotes.
  private static func detect(_ sample: ArraySlice<UInt8>) -> UInt8 {
    var counts: [UInt8: Int] = [:]
    var quoted = false
    for byte in sample {
      if byte == UInt8(ascii: "\"") { quoted.toggle() }
      if !quoted { counts[byte, default: 0] += 1 }
    }
    let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
    var best = candidates[0]
    for candidate in candidates where counts[candidate, default: 0] > counts[best, default: 0] { best = candidate }
    return best
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

  /// The next row; `nil` at the end.
  ///
  /// - Throws: ``CommandFailure`` for a row over the limit, for bytes that are no text, and for a quote that never ends.
  mutating func next() throws -> Row? {
    guard try peek() != nil else { return nil }
    let start = line
    var cells: [String] = []
    var cell: [UInt8] = []
    var quoted = false
    var size = 0
    while let byte = try peek() {
      index += 1
      size += 1
      guard size <= Self.rowLimit else {
        throw CommandFailure(
          .overLimit,
          say("第 \(start) 行超过 \(Self.rowLimit >> 20) MiB", "line \(start) is longer than \(Self.rowLimit >> 20) MiB"),
          hint: say("可能有一个引号没有配对, 或不是表格文件", "a quote may lack its pair, or the file is no table"))
      }
      if byte == UInt8(ascii: "\n") { line += 1 }
      if quoted {
        if byte != UInt8(ascii: "\"") {
          cell.append(byte)
        } else if try peek() == UInt8(ascii: "\"") {
          index += 1
          cell.append(byte)
        } else {
          quoted = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\"") where cell.isEmpty: quoted = true
      case delimiter:
        cells.append(try text(cell, start))
        cell.removeAll(keepingCapacity: true)
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        if byte == UInt8(ascii: "\r") {
          if try peek() == UInt8(ascii: "\n") { index += 1 }
          line += 1
        }
        cells.append(try text(cell, start))
        return Row(line: start, cells: cells)
      default: cell.append(byte)
      }
    }
    guard !quoted else {
      throw CommandFailure(.failed, say("第 \(start) 行的引号没有配对", "a quote in line \(start) lacks its pair"))
    }
    cells.append(try text(cell, start))
    return Row(line: start, cells: cells)
  }

  private func text(_ bytes: [UInt8], _ line: Int) throws -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw CommandFailure(
        .failed, say("第 \(line) 行不是 UTF-8 文字", "line \(line) is not UTF-8"),
        hint: say("试试 --encoding gb18030", "try --encoding gb18030"))
    }
    return text
  }
}
