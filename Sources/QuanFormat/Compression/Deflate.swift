import CZlib

/// Raw deflate (RFC 1951) by the system's zlib.
package enum Deflate {
  /// How hard to try.
  package enum Effort: Int32, Sendable {
    /// For storage on the laptop that wrote it.
    case fast = 1
    /// For what travels.
    case small = 9
  }

  /// Deflates.
  package static func deflate(_ bytes: [UInt8], _ effort: Effort) -> [UInt8] {
    var stream = unsafe z_stream()
    let version = unsafe zlibVersion()
    let size = Int32(unsafe MemoryLayout<z_stream>.size)
    guard
      unsafe deflateInit2_(&stream, effort.rawValue, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY, version, size) == Z_OK
    else { preconditionFailure("zlib cannot start: out of memory") }
    defer { _ = unsafe deflateEnd(&stream) }
    let bound = Int(unsafe deflateBound(&stream, UInt(bytes.count)))
    return unsafe [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
      unsafe bytes.withUnsafeBufferPointer { input in
        unsafe stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        unsafe stream.avail_in = UInt32(input.count)
        unsafe stream.next_out = buffer.baseAddress
        unsafe stream.avail_out = UInt32(bound)
        // With an output buffer of the size that zlib says is enough, one call does it.
        let code = unsafe CZlib.deflate(&stream, Z_FINISH)
        precondition(code == Z_STREAM_END, "zlib did not deflate within its own bound")
      }
      count = bound - Int(unsafe stream.avail_out)
    }
  }

  /// Inflates to exactly `size` bytes.
  ///
  /// - Throws: ``FormatError/badCompression`` when the data is none, is longer or shorter, or has bytes left over.
  package static func inflate(_ bytes: [UInt8], _ range: Range<Int>, size: Int) throws(FormatError) -> [UInt8] {
    var stream = unsafe z_stream()
    let version = unsafe zlibVersion()
    guard unsafe inflateInit2_(&stream, -15, version, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw .badCompression
    }
    defer { _ = unsafe inflateEnd(&stream) }
    var isWhole = false
    let output = unsafe [UInt8](unsafeUninitializedCapacity: size + 1) { buffer, count in
      unsafe bytes.withUnsafeBufferPointer { input in
        unsafe stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress.map { unsafe $0 + range.lowerBound })
        unsafe stream.avail_in = UInt32(range.count)
        unsafe stream.next_out = buffer.baseAddress
        unsafe stream.avail_out = UInt32(size + 1)
        let code = unsafe CZlib.inflate(&stream, Z_FINISH)
        isWhole = unsafe code == Z_STREAM_END && stream.avail_in == 0 && stream.avail_out == 1
      }
      count = isWhole ? size : 0
    }
    guard isWhole else { throw .badCompression }
    return output
  }
}
