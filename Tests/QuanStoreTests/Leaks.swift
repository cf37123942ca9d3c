import CZlib

/// Looks for what must not be readable in the bytes of files: as it is, and in whatever inflates at any place.
enum Leaks {
  /// Which of some texts are found in bytes, or in what inflates from any place of them.
  static func found(_ texts: [String], in bytes: [UInt8]) -> Set<String> {
    var found = Set(texts.filter { contains(bytes, Array($0.utf8)) })
    for offset in bytes.indices {
      let inflated = inflate(bytes, from: offset)
      guard inflated.count > 3 else { continue }
      found.formUnion(texts.filter { contains(inflated, Array($0.utf8)) })
    }
    return found
  }

  static func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
    guard let first = part.first, bytes.count >= part.count else { return false }
    return (0...bytes.count - part.count).contains { place in
      bytes[place] == first && bytes[place..<place + part.count].elementsEqual(part)
    }
  }

  /// What raw deflate makes of the bytes from a place on, as far as it goes; at most 64 KiB.
  private static func inflate(_ bytes: [UInt8], from offset: Int) -> [UInt8] {
    var stream = unsafe z_stream()
    guard unsafe inflateInit2_(&stream, -15, zlibVersion(), Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      return []
    }
    defer { _ = unsafe inflateEnd(&stream) }
    let size = 1 << 16
    return unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      unsafe bytes.withUnsafeBufferPointer { input in
        unsafe stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress.map { unsafe $0 + offset })
        unsafe stream.avail_in = UInt32(input.count - offset)
        unsafe stream.next_out = buffer.baseAddress
        unsafe stream.avail_out = UInt32(size)
        _ = unsafe CZlib.inflate(&stream, Z_SYNC_FLUSH)
      }
      count = size - Int(unsafe stream.avail_out)
    }
  }
}
