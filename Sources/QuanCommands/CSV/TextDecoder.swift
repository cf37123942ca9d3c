import Glibc

/// How the text of a file is encoded.
enum TextEncoding: String, CaseIterable {
  case utf8 = "utf-8"
  case utf16LE = "utf-16le"
  case utf16BE = "utf-16be"
  case gb18030

  /// The encoding that the first bytes of a file speak for: a byte order mark, else UTF-8 where they are that, else
  /// UTF-16 where every other byte is zero, else GB18030, which is what spreadsheets here call ANSI.
  static func detect(_ start: ArraySlice<UInt8>) -> TextEncoding {
    if start.starts(with: [0xEF, 0xBB, 0xBF]) { return .utf8 }
    if start.starts(with: [0xFF, 0xFE]) { return .utf16LE }
    if start.starts(with: [0xFE, 0xFF]) { return .utf16BE }
    // A scalar may be cut where the sample ends.
    for cut in 0...min(3, start.count)
    where String(validating: start.dropLast(cut), as: UTF8.self) != nil && !start.contains(0) {
      // Chinese in UTF-8 takes three bytes a character.
      if start.contains(where: { $0 >= 0xE0 }) || start.allSatisfy({ $0 < 0x80 }) { return .utf8 }
      return looksLikeLetters(start) ? .utf8 : .gb18030
    }
    let zeros = start.enumerated().count { $0.element == 0 && $0.offset % 2 == 1 }
    return zeros > 0 && start.count.isMultiple(of: 2) ? .utf16LE : .gb18030
  }

  /// Whether pairs of bytes that are letters in UTF-8 and characters in GB18030 alike, as 泉泉 in GB18030 is ȪȪ, are the
  /// letters: those of Latin names stand among plain letters, and other alphabets use second bytes with which GB18030
  /// writes only rare characters.
  private static func looksLikeLetters(_ start: ArraySlice<UInt8>) -> Bool {
    func isPlain(_ place: Int) -> Bool {
      guard start.indices.contains(place) else { return false }
      return (0x61...0x7A).contains(start[place] | 0x20)
    }
    let pairs = start.indices.dropLast().filter { start[$0] >= 0xC2 }
    let rare = pairs.count { start[$0 + 1] < 0xA1 }
    let amongLetters = pairs.count { isPlain($0 - 1) || isPlain($0 + 2) }
    return rare * 8 > pairs.count || amongLetters * 2 > pairs.count
  }
}

/// Turns a text file into UTF-8, a piece at a time, strictly: bytes that are no text end it.
final class TextDecoder {
  /// Bytes that are no text of the encoding.
  struct Malformed: Error { let encoding: TextEncoding }

  let encoding: TextEncoding
  private let descriptor: Int32
  private var pending: [UInt8]
  private var ended = false
  /// How many bytes have been read from the file.
  private(set) var bytesRead = 0
  /// How many bytes the file has; 0 when that is not known.
  let size: Int

  /// Opens a file; `-` is standard input.
  init(_ path: String, encoding wanted: TextEncoding?) throws {
    if path != "-" && Directory.isDirectory(path) {
      throw CommandFailure(
        .failed, say("'\(path)' 是文件夹", "'\(path)' is a folder"), hint: say("请给出其中的文件", "name a file in it"))
    }
    descriptor = path == "-" ? 0 : unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw CommandFailure(
        .failed, say("打不开文件 '\(path)'", "the file '\(path)' cannot be opened"),
        hint: say("检查文件名和权限", "check the file's name and permissions"))
    }
    var status = stat()
    size = unsafe fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
    let start = try Self.read(descriptor, 1 << 18)
    pending = start
    bytesRead = start.count
    encoding = wanted ?? .detect(start[...])
    let marks: [[UInt8]] =
      encoding == .utf8 ? [[0xEF, 0xBB, 0xBF]] : encoding == .gb18030 ? [] : [[0xFF, 0xFE], [0xFE, 0xFF]]
    for mark in marks where pending.starts(with: mark) { pending.removeFirst(mark.count) }
  }

  deinit {
    if descriptor != 0 { close(descriptor) }
  }

  /// The next bytes of the text; empty at its end.
  func next() throws -> [UInt8] {
    if pending.isEmpty && !ended {
      pending = try Self.read(descriptor, 1 << 18)
      bytesRead += pending.count
    }
    if pending.isEmpty { ended = true }
    if encoding == .utf8 {
      defer { pending = [] }
      return pending
    }
    return ended ? [] : try convert()
  }

  private func convert() throws -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(pending.count * 3 / 2)
    let used =
      encoding == .gb18030
      ? GB18030.decode(pending, into: &output)
      : UTF16Bytes.decode(pending, isBigEndian: encoding == .utf16BE, into: &output)
    guard let used else { throw Malformed(encoding: encoding) }
    let rest = pending.dropFirst(used)
    guard !rest.isEmpty else {
      pending = []
      return output
    }
    // A character is cut at the end of the piece.
    let more = try Self.read(descriptor, 1 << 18)
    bytesRead += more.count
    if more.isEmpty { throw Malformed(encoding: encoding) }
    pending = rest + more
    return output.isEmpty ? try convert() : output
  }

  private static func read(_ descriptor: Int32, _ count: Int) throws -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: count)
    while true {
      let got = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if got < 0 && errno == EINTR { continue }
      guard got >= 0 else {
        throw CommandFailure(
          .failed, say("读不了文件", "the file cannot be read"),
          hint: say("检查磁盘或U盘后再试", "check the disk or stick and try again"))
      }
      buffer.removeLast(count - got)
      return buffer
    }
  }
}
