import Glibc

/// A folder that is removed with all it holds when nobody uses it any more.
public final class TemporaryFolder: Sendable {
  /// Its path.
  public let path: String

  /// Makes a folder; one in memory, where there is such a place, survives no power cut but is quick.
  public init(inMemory: Bool = false) {
    let hasMemory = unsafe access("/dev/shm", W_OK) == 0
    let base = inMemory && hasMemory ? "/dev/shm" : "/tmp"
    var template = Array("\(base)/quan-XXXXXX".utf8CString)
    path = unsafe template.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress, unsafe mkdtemp(start) != nil else { return "/tmp" }
      return unsafe String(cString: start)
    }
    precondition(path != "/tmp", "no temporary folder can be made")
  }

  deinit { Self.remove(path) }

  /// Makes a folder in it, and gives its path.
  public func folder(_ name: String) -> String {
    let path = path + "/" + name
    _ = unsafe mkdir(path, 0o755)
    return path
  }

  /// The names of what is in a folder, in order.
  public static func names(in path: String) -> [String] {
    guard let stream = unsafe opendir(path) else { return [] }
    defer { _ = unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Removes a file or a folder with all it holds.
  public static func remove(_ path: String) {
    for name in names(in: path) { remove(path + "/" + name) }
    _ = unsafe Glibc.remove(path)
  }

  /// Reads a file; nothing when it cannot be read.
  public static func read(_ path: String) -> [UInt8] {
    guard let file = unsafe fopen(path, "rb") else { return [] }
    defer { _ = unsafe fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe fread(&buffer, 1, buffer.count, file)
      if count == 0 { return bytes }
      bytes.append(contentsOf: buffer[..<count])
    }
  }

  /// Writes a file.
  public static func write(_ bytes: [UInt8], to path: String) {
    guard let file = unsafe fopen(path, "wb") else { return }
    _ = unsafe fwrite(bytes, 1, bytes.count, file)
    _ = unsafe fclose(file)
  }

  /// The permissions of a file; 0 when it is not there.
  public static func mode(of path: String) -> UInt32 {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? UInt32(status.st_mode & 0o777) : 0
  }

  /// Copies a file; the copy is another file, with another inode.
  public static func copy(_ source: String, to target: String) { write(read(source), to: target) }
}
