package import QuanCore

/// A version vector as files and replicas keep it: a count, then the places in ascending order; see *Format*, "Vector files".
///
/// Of a thousand laptops' vectors most are as they were: they are compared packed, and unpacked only where that says too
/// little.
package struct PackedVector: Hashable, Sendable {
  /// The bytes; whether they are a vector shows when they are unpacked.
  package let bytes: [UInt8]

  /// Bytes that have been kept.
  package init(bytes: [UInt8]) { self.bytes = bytes }

  /// Packs a vector.
  package init(_ vector: VersionVector) {
    var writer = ByteWriter()
    let places = vector.places
    writer.varint(UInt64(places.count))
    for place in places { writer.dependency(place) }
    bytes = writer.bytes
  }

  /// Whether two are the same bytes, compared eight at a time.
  package static func == (one: Self, other: Self) -> Bool {
    guard one.bytes.count == other.bytes.count else { return false }
    return unsafe one.bytes.withUnsafeBytes { one in
      unsafe other.bytes.withUnsafeBytes { other in
        var offset = 0
        while offset + 8 <= one.count {
          let first = unsafe one.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
          guard unsafe first == other.loadUnaligned(fromByteOffset: offset, as: UInt64.self) else { return false }
          offset += 8
        }
        return unsafe one[offset...].elementsEqual(other[offset...])
      }
    }
  }

  /// The places, ascending; `nil` when the bytes are no vector.
  ///
  /// - Complexity: O(*n*) in the number of places.
  package var places: [Dependency]? {
    var reader = ByteReader(bytes)
    guard let places = try? reader.dependencies(), reader.isAtEnd else { return nil }
    return places
  }
}
