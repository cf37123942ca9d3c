import Glibc

/// Reads a text file line by line, or whole.
struct FileInput {
  /// How long a line may be, or a text whose lines belong together: as long as what one change can hold.
  static let limit = 32 << 20

  private let bytes: [UInt8]

  /// Reads a file; `-` is standard input.
  ///
  /// - Parameter isOneText: Whether its lines are one text, so that the limit holds for all of them together.
  init(_ path: String, isOneText: Bool = false) throws {
    let descriptor = path == "-" ? 0 : unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw CommandFailure(
        .failed, say("打不开文件 '\(path)'", "the file '\(path)' cannot be opened"),
        hint: say("检查文件名和权限", "check the file's name and permissions"))
    }
    defer { if descriptor != 0 { close(descriptor) } }
    var bytes: [UInt8] = []
    var lineStart = 0
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR {
        try Interrupt.check()
        continue
      }
      guard count >= 0 else {
        throw CommandFailure(
          .failed, say("读不了文件 '\(path)'", "the file '\(path)' cannot be read"),
          hint: say("检查磁盘或U盘后再试; 文件夹要给出其中的文件", "check the disk or stick; of a folder, name a file in it"))
      }
      if count == 0 { break }
      let end = isOneText ? nil : buffer[..<count].lastIndex(of: UInt8(ascii: "\n"))
      if let end { lineStart = bytes.count + end + 1 }
      bytes.append(contentsOf: buffer[..<count])
      guard bytes.count - lineStart <= Self.limit else { throw Self.tooLong(path, isOneText) }
    }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    self.bytes = bytes
  }

  private static func tooLong(_ path: String, _ isOneText: Bool) -> CommandFailure {
    let name = path == "-" ? say("标准输入", "standard input") : "'\(path)'"
    if isOneText {
      return CommandFailure(
        .overLimit,
        say("\(name) 超过 \(limit >> 20) MiB", "the text in \(name) is longer than \(limit >> 20) MiB"),
        hint: say("把它分成几段, 或作为附件: quan attach", "divide it, or attach it as a file: quan attach"))
    }
    return CommandFailure(
      .overLimit,
      say("\(name) 中有一行超过 \(limit >> 20) MiB", "a line of \(name) is longer than \(limit >> 20) MiB"),
      hint: say("检查文件: 它可能不是文字", "check the file: it may be no text"))
  }

  /// All of it.
  var whole: ArraySlice<UInt8> { bytes[...] }

  /// Its lines that are not blank, with their numbers from 1.
  var lines: [(number: Int, bytes: ArraySlice<UInt8>)] {
    var lines: [(number: Int, bytes: ArraySlice<UInt8>)] = []
    var number = 0
    var start = bytes.startIndex
    while start < bytes.endIndex {
      number += 1
      let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
      let line = bytes[start..<end]
      if line.contains(where: { $0 != 0x20 && $0 != 0x0D && $0 != 0x09 }) { lines.append((number, line)) }
      start = end + 1
    }
    return lines
  }
}
