/// GB 18030 to and from UTF-8, without help of the system: what converts it elsewhere is not on every laptop.
///
/// One or two bytes stand for what ``GB18030Table`` lists, four bytes for the rest of Unicode, counted in order.
enum GB18030 {
  /// Where the characters stand that four bytes are counted for: those of the first plane that have no shorter code.
  private static let firstPlaneCount = 39_420
  /// The number of the four bytes that stand for U+10000.
  private static let supplement = 189_000
  /// How many codes of two bytes begin with one byte.
  private static let rowLength = 190

  /// The scalar of each code of two bytes, and of each of the first plane's codes of four bytes.
  private static let forward: (two: [UInt32], four: [UInt16]) = {
    var two: [UInt32] = []
    two.reserveCapacity(126 * rowLength)
    var listed = GB18030Table.characters.unicodeScalars.makeIterator()
    for index in 0..<126 * rowLength {
      two.append(users(index) ?? listed.next()?.value ?? 0xFFFD)
    }
    // Four bytes were counted before some characters, then of the private use area, were given numbers of their own.
    var isShort = [Bool](repeating: false, count: 0x10000)
    for scalar in two where scalar < 0x10000 { isShort[Int(scalar)] = true }
    for (scalar, before) in GB18030Table.moved {
      if scalar < 0x10000 { isShort[Int(scalar)] = false }
      isShort[Int(before)] = true
    }
    let four = (0x80..<0x10000).filter { !isShort[$0] && !(0xD800...0xDFFF).contains($0) }.map { UInt16($0) }
    return (two, four)
  }()

  /// The code of each scalar of the first plane that has one of two bytes: its index and one; and of others.
  private static let backward: (plane: [UInt16], others: [UInt32: UInt16]) = {
    var plane = [UInt16](repeating: 0, count: 0x10000)
    var others: [UInt32: UInt16] = [:]
    for (index, scalar) in forward.two.enumerated() {
      if scalar < 0x10000 { plane[Int(scalar)] = UInt16(index + 1) } else { others[scalar] = UInt16(index + 1) }
    }
    for (scalar, before) in GB18030Table.moved {
      plane[Int(before)] = scalar < 0x10000 ? plane[Int(scalar)] : others[scalar] ?? 0
    }
    return (plane, others)
  }()

  /// The scalar of a code in an area that is left to users; `nil` elsewhere.
  private static func users(_ index: Int) -> UInt32? {
    let (row, place) = (index / rowLength + 0x81, index % rowLength)
    switch (row, place) {
    case (0xAA...0xAF, 96...): return UInt32(0xE000 + (row - 0xAA) * 94 + place - 96)
    case (0xF8...0xFE, 96...): return UInt32(0xE234 + (row - 0xF8) * 94 + place - 96)
    case (0xA1...0xA7, ..<96): return UInt32(0xE4C6 + (row - 0xA1) * 96 + place)
    default: return nil
    }
  }

  /// Decodes bytes as far as they make whole characters.
  ///
  /// - Parameter output: Gets the UTF-8.
  /// - Returns: How many bytes were used; `nil` when there are some that stand for nothing.
  static func decode(_ input: [UInt8], into output: inout [UInt8]) -> Int? {
    let (two, four) = forward
    var place = 0
    while place < input.count {
      let first = input[place]
      if first < 0x80 {
        output.append(first)
        place += 1
        continue
      }
      guard (0x81...0xFE).contains(first) else { return nil }
      guard place + 1 < input.count else { break }
      let second = input[place + 1]
      if second >= 0x40 {
        guard second != 0x7F, second != 0xFF else { return nil }
        let index = Int(first - 0x81) * rowLength + Int(second) - (second < 0x7F ? 0x40 : 0x41)
        UTF8Bytes.append(two[index], to: &output)
        place += 2
        continue
      }
      guard (0x30...0x39).contains(second) else { return nil }
      guard place + 3 < input.count else { break }
      let (third, fourth) = (input[place + 2], input[place + 3])
      guard (0x81...0xFE).contains(third), (0x30...0x39).contains(fourth) else { return nil }
      let pair = Int(first - 0x81) * 10 + Int(second - 0x30)
      let number = (pair * 126 + Int(third - 0x81)) * 10 + Int(fourth - 0x30)
      if number < four.count {
        UTF8Bytes.append(UInt32(four[number]), to: &output)
      } else {
        guard number >= supplement, number < supplement + 0x10_0000 else { return nil }
        UTF8Bytes.append(UInt32(number - supplement + 0x10000), to: &output)
      }
      place += 4
    }
    return place
  }

  /// Encodes text, whole.
  static func encode(_ text: some Sequence<Unicode.Scalar>, into output: inout [UInt8]) {
    let (plane, others) = backward
    for scalar in text {
      let value = scalar.value
      if value < 0x80 {
        output.append(UInt8(value))
        continue
      }
      let code = value < 0x10000 ? plane[Int(value)] : others[value] ?? 0
      if code > 0 {
        let (row, place) = (Int(code - 1) / rowLength, Int(code - 1) % rowLength)
        output.append(UInt8(row + 0x81))
        output.append(UInt8(place < 63 ? place + 0x40 : place + 0x41))
        continue
      }
      var number = value < 0x10000 ? firstPlaneNumber(UInt16(value)) : Int(value) - 0x10000 + supplement
      var bytes: (UInt8, UInt8, UInt8) = (0, 0, 0)
      bytes.2 = UInt8(number % 10) + 0x30
      number /= 10
      bytes.1 = UInt8(number % 126) + 0x81
      number /= 126
      bytes.0 = UInt8(number % 10) + 0x30
      output.append(UInt8(number / 10) + 0x81)
      output.append(bytes.0)
      output.append(bytes.1)
      output.append(bytes.2)
    }
  }

  /// The number of the four bytes of a scalar that has no shorter code.
  private static func firstPlaneNumber(_ scalar: UInt16) -> Int {
    let four = forward.four
    var (low, high) = (0, four.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if four[middle] < scalar { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// Scalars in UTF-8.
enum UTF8Bytes {
  /// Appends a scalar; a surrogate or a number above U+10FFFF must not be given.
  @inline(__always)
  static func append(_ scalar: UInt32, to output: inout [UInt8]) {
    switch scalar {
    case ..<0x80: output.append(UInt8(scalar))
    case ..<0x800:
      output.append(UInt8(0xC0 | scalar >> 6))
      output.append(UInt8(0x80 | scalar & 0x3F))
    case ..<0x10000:
      output.append(UInt8(0xE0 | scalar >> 12))
      output.append(UInt8(0x80 | scalar >> 6 & 0x3F))
      output.append(UInt8(0x80 | scalar & 0x3F))
    default:
      output.append(UInt8(0xF0 | scalar >> 18))
      output.append(UInt8(0x80 | scalar >> 12 & 0x3F))
      output.append(UInt8(0x80 | scalar >> 6 & 0x3F))
      output.append(UInt8(0x80 | scalar & 0x3F))
    }
  }
}

/// UTF-16 to UTF-8.
enum UTF16Bytes {
  /// Decodes bytes as far as they make whole characters.
  ///
  /// - Returns: How many bytes were used; `nil` when there are some that stand for nothing.
  static func decode(_ input: [UInt8], isBigEndian: Bool, into output: inout [UInt8]) -> Int? {
    func unit(_ place: Int) -> UInt32 {
      isBigEndian
        ? UInt32(input[place]) << 8 | UInt32(input[place + 1]) : UInt32(input[place + 1]) << 8 | UInt32(input[place])
    }
    var place = 0
    while place + 1 < input.count {
      let first = unit(place)
      guard first & 0xF800 == 0xD800 else {
        UTF8Bytes.append(first, to: &output)
        place += 2
        continue
      }
      guard first < 0xDC00 else { return nil }
      guard place + 3 < input.count else { break }
      let second = unit(place + 2)
      guard second & 0xFC00 == 0xDC00 else { return nil }
      UTF8Bytes.append(0x10000 + (first & 0x3FF) << 10 + second & 0x3FF, to: &output)
      place += 4
    }
    return place
  }
}
