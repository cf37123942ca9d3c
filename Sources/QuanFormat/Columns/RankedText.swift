/// Texts whose scalars are written as ranks of frequency.
///
/// Form: the number of scalars in the alphabet, the alphabet (integer column of scalar values, commonest first),
/// the number of scalars of each text (integer column), the number of code bytes, the code bytes. A rank below
/// ``short`` is one byte; a rank *r* from there on is byte 192 + (*r* − 192) / 256 and byte (*r* − 192) mod 256.
enum RankedText {
  private static let short = 192
  private static let limit = 192 + 64 * 256

  /// Encodes valid UTF-8; `nil` when there are more different scalars than ranks.
  static func encode(_ bytes: [UInt8], _ lengths: [Int]) -> [UInt8]? {
    var scalars: [UInt32] = []
    scalars.reserveCapacity(bytes.count / 2)
    var counts: [UInt64] = []
    var start = 0
    for length in lengths {
      let before = scalars.count
      decodeScalars(bytes, start..<start + length) { scalars.append($0) }
      counts.append(UInt64(scalars.count - before))
      start += length
    }
    var frequency = [UInt32](repeating: 0, count: 0x3_0000)
    var others: [UInt32: UInt32] = [:]
    for scalar in scalars {
      if Int(scalar) < frequency.count { frequency[Int(scalar)] += 1 } else { others[scalar, default: 0] += 1 }
    }
    var alphabet: [(scalar: UInt32, count: UInt32)] = []
    for (scalar, count) in frequency.enumerated() where count > 0 { alphabet.append((UInt32(scalar), count)) }
    for (scalar, count) in others { alphabet.append((scalar, count)) }
    guard alphabet.count <= limit else { return nil }
    alphabet.sort { ($1.count, $0.scalar) < ($0.count, $1.scalar) }
    for (rank, letter) in alphabet.enumerated() {
      if Int(letter.scalar) < frequency.count {
        frequency[Int(letter.scalar)] = UInt32(rank)
      } else {
        others[letter.scalar] = UInt32(rank)
      }
    }
    var codes: [UInt8] = []
    codes.reserveCapacity(scalars.count * 3 / 2)
    for scalar in scalars {
      let rank = Int(Int(scalar) < frequency.count ? frequency[Int(scalar)] : others[scalar] ?? 0)
      if rank < short {
        codes.append(UInt8(rank))
      } else {
        codes.append(UInt8(short + (rank - short) / 256))
        codes.append(UInt8((rank - short) % 256))
      }
    }
    var writer = ByteWriter()
    writer.varint(UInt64(alphabet.count))
    IntegerColumn.encode(alphabet.map { UInt64($0.scalar) }, to: &writer)
    IntegerColumn.encode(counts, to: &writer)
    writer.varint(UInt64(codes.count))
    writer.append(codes)
    return writer.bytes
  }

  /// Decodes to UTF-8 in storage, with the start of each text.
  static func decode(
    _ count: Int, from reader: inout ByteReader, bytes: [UInt8]
  ) throws(FormatError) -> (TextStorage, [Int]) {
    let offset = reader.offset
    let letters = try reader.count("alphabet")
    guard letters <= limit else { throw .overLimit("alphabet") }
    let scalars = try IntegerColumn.decode(letters, from: &reader)
    // Each letter as its UTF-8, packed into four bytes, with its length.
    var utf8: [UInt32] = []
    var sizes: [UInt8] = []
    for value in scalars {
      guard value <= 0x10_FFFF, let scalar = Unicode.Scalar(UInt32(value)) else {
        throw .invalid("scalar of an alphabet", offset: offset)
      }
      var packed: UInt32 = 0
      var size: UInt32 = 0
      for byte in UTF8.encode(scalar).map(Array.init) ?? [] {
        packed |= UInt32(byte) << (size * 8)
        size += 1
      }
      sizes.append(UInt8(size))
      utf8.append(packed)
    }
    let counts = try IntegerColumn.decode(count, from: &reader)
    let codeCount = try reader.count("ranked text")
    let range = try reader.range(codeCount)

    var starts: [Int] = [0]
    starts.reserveCapacity(count + 1)
    var place = range.lowerBound
    var size = 0
    var isSound = true
    unsafe bytes.withUnsafeBufferPointer { input in
      outer: for scalarCount in counts {
        guard scalarCount <= UInt64(range.upperBound - place) else {
          isSound = false
          break
        }
        for _ in 0..<scalarCount {
          guard place < range.upperBound else {
            isSound = false
            break outer
          }
          var rank = Int(unsafe input[place])
          place += 1
          if rank >= short {
            guard place < range.upperBound else {
              isSound = false
              break outer
            }
            rank = short + (rank - short) * 256 + Int(unsafe input[place])
            place += 1
          }
          guard rank < letters else {
            isSound = false
            break outer
          }
          size += Int(sizes[rank])
        }
        starts.append(size)
      }
    }
    guard isSound, place == range.upperBound else { throw .invalid("ranked text", offset: range.lowerBound) }
    let storage = unsafe TextStorage(count: size) { output in
      unsafe fill(output, bytes, range, utf8, sizes)
    }
    return (storage, starts)
  }

  private static func fill(
    _ output: UnsafeMutableBufferPointer<UInt8>, _ bytes: [UInt8], _ range: Range<Int>, _ utf8: [UInt32],
    _ sizes: [UInt8]
  ) {
    unsafe bytes.withUnsafeBufferPointer { input in
      unsafe utf8.withUnsafeBufferPointer { letters in
        unsafe sizes.withUnsafeBufferPointer { lengths in
          var target = 0
          var place = range.lowerBound
          while place < range.upperBound {
            var rank = Int(unsafe input[place])
            place += 1
            if rank >= short {
              rank = short + (rank - short) * 256 + Int(unsafe input[place])
              place += 1
            }
            var rest = unsafe letters[rank]
            for _ in 0..<(unsafe lengths[rank]) {
              unsafe output[target] = UInt8(truncatingIfNeeded: rest)
              rest >>= 8
              target += 1
            }
          }
        }
      }
    }
  }

  /// The scalars of valid UTF-8.
  private static func decodeScalars(_ bytes: [UInt8], _ range: Range<Int>, _ body: (UInt32) -> Void) {
    var index = range.lowerBound
    while index < range.upperBound {
      let first = UInt32(bytes[index])
      func next(_ distance: Int) -> UInt32 { UInt32(bytes[index + distance]) & 0x3F }
      if first < 0x80 {
        body(first)
        index += 1
      } else if first < 0xE0 {
        body((first & 0x1F) << 6 | next(1))
        index += 2
      } else if first < 0xF0 {
        body((first & 0x0F) << 12 | next(1) << 6 | next(2))
        index += 3
      } else {
        body((first & 0x07) << 18 | next(1) << 12 | next(2) << 6 | next(3))
        index += 4
      }
    }
  }
}
