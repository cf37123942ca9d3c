import Glibc

/// Reads a text file line by line, or whole.
struct FileInput {
  private let bytes: [UInt8]

  /// Reads a file; `-` is standard input.
  init(_ path: String) throws {
    let descriptor = path == "-" ? 0 : unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw CommandFailure(.failed, say("打不开文件 '\(path)'", "the file '\(path)' cannot be opened"))
    }
    defer { if descriptor != 0 { close(descriptor) } }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR {
        try Interrupt.check()
        continue
      }
      guard count >= 0 else {
        throw CommandFailure(.failed, say("读不了文件 '\(path)'", "the file '\(path)' cannot be read"))
      }
      if count == 0 { break }
      bytes.append(contentsOf: buffer[..<count])
    }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    self.bytes = bytes
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
