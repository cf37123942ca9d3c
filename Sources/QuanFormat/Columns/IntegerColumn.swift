/// A column of unsigned integers; see *Format*, "Integer columns".
package enum IntegerColumn {
  private enum Mode: UInt8 {
    case constant = 0
    case varints = 1
    case differences = 2
    case planes = 3
    case differencePlanes = 4
  }

  /// Appends the smallest form of `values`, judged by how they deflate.
  package static func encode(_ values: [UInt64], to writer: inout ByteWriter) {
    guard let first = values.first else { return }
    if values.allSatisfy({ $0 == first }) {
      writer.byte(Mode.constant.rawValue)
      writer.varint(first)
      return
    }
    let differences = differences(values)
    let candidates: [(Mode, [UInt8])] = [
      (.varints, varints(values)), (.differences, varints(differences)), (.planes, planes(values)),
      (.differencePlanes, planes(differences)),
    ]
    let sized = candidates.map { mode, bytes in
      (mode: mode, bytes: bytes, size: values.count < 16 ? bytes.count : Deflate.deflate(bytes, .fast).count)
    }
    let best = sized.dropFirst().reduce(sized[0]) { $1.size < $0.size ? $1 : $0 }
    writer.byte(best.mode.rawValue)
    writer.append(best.bytes)
  }

  /// Reads `count` values.
  package static func decode(_ count: Int, from reader: inout ByteReader) throws(FormatError) -> [UInt64] {
    guard count > 0 else { return [] }
    try reader.charge(count)
    let offset = reader.offset
    guard let mode = Mode(rawValue: try reader.byte()) else { throw .invalid("integer column", offset: offset) }
    switch mode {
    case .constant: return [UInt64](repeating: try reader.varint(), count: count)
    case .varints: return try readVarints(count, &reader)
    case .differences: return sums(try readVarints(count, &reader))
    case .planes: return try readPlanes(count, &reader)
    case .differencePlanes: return sums(try readPlanes(count, &reader))
    }
  }

  private static func varints(_ values: [UInt64]) -> [UInt8] {
    var writer = ByteWriter()
    for value in values { writer.varint(value) }
    return writer.bytes
  }

  private static func readVarints(_ count: Int, _ reader: inout ByteReader) throws(FormatError) -> [UInt64] {
    guard count <= reader.remaining else { throw .truncated(offset: reader.offset) }
    var values: [UInt64] = []
    values.reserveCapacity(count)
    for _ in 0..<count { values.append(try reader.varint()) }
    return values
  }

  private static func differences(_ values: [UInt64]) -> [UInt64] {
    var last: UInt64 = 0
    return values.map { value in
      defer { last = value }
      return ByteWriter.zigzagged(Int64(bitPattern: value &- last))
    }
  }

  private static func sums(_ differences: [UInt64]) -> [UInt64] {
    var last: UInt64 = 0
    return differences.map { difference in
      last = last &+ UInt64(bitPattern: ByteReader.unzigzagged(difference))
      return last
    }
  }

  private static func planes(_ values: [UInt64]) -> [UInt8] {
    let all = values.reduce(0, |)
    let width = max(1, (64 - all.leadingZeroBitCount + 7) / 8)
    var bytes: [UInt8] = [UInt8(width)]
    bytes.reserveCapacity(1 + width * values.count)
    for plane in 0..<width {
      for value in values { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(plane * 8))) }
    }
    return bytes
  }

  private static func readPlanes(_ count: Int, _ reader: inout ByteReader) throws(FormatError) -> [UInt64] {
    let offset = reader.offset
    let width = Int(try reader.byte())
    guard (1...8).contains(width) else { throw .invalid("width of planes", offset: offset) }
    guard count <= reader.remaining / width else { throw .truncated(offset: reader.offset) }
    var values = [UInt64](repeating: 0, count: count)
    for plane in 0..<width {
      let bytes = try reader.take(count)
      for index in 0..<count { values[index] |= UInt64(bytes[index]) << UInt64(plane * 8) }
    }
    guard width == 1 || values.contains(where: { $0 >> UInt64((width - 1) * 8) != 0 }) else {
      throw .invalid("width of planes", offset: offset)
    }
    return values
  }
}
