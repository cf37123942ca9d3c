import QuanCore

/// Identifiers of 26 digits of Crockford's base 32 in capitals, as many systems make them: ten
/// digits of time, then sixteen random ones.
///
/// Form: the first ten digits as an integer column, then for each identifier the ten bytes of its last sixteen.
enum IdentifierText {
  static let length = 26
  private static let timeDigits = 10

  /// The value of each byte as a digit; 255 for none.
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 255, count: 256)
    for (value, digit) in CrockfordBase32.alphabet.enumerated() { values[Int(digit.asciiValue ?? 0)] = UInt8(value) }
    return values
  }()
  private static let digits: [UInt8] = CrockfordBase32.alphabet.map { $0.asciiValue ?? 0 }

  /// Encodes `count` texts of 26 bytes each; `nil` when one is no such identifier.
  static func encode(_ bytes: [UInt8], count: Int) -> [UInt8]? {
    var times: [UInt64] = []
    var random: [UInt8] = []
    for index in 0..<count {
      var bits: UInt64 = 0
      for place in 0..<length {
        let value = values[Int(bytes[index * length + place])]
        guard value < 32 else { return nil }
        bits = bits << 5 | UInt64(value)
        if place == timeDigits - 1 {
          times.append(bits)
          bits = 0
        } else if place == timeDigits + 7 || place == length - 1 {
          for shift in 0..<5 { random.append(UInt8(truncatingIfNeeded: bits >> UInt64(32 - shift * 8))) }
          bits = 0
        }
      }
    }
    var writer = ByteWriter()
    IntegerColumn.encode(times, to: &writer)
    writer.append(random)
    return writer.bytes
  }

  static func decode(
    _ count: Int, from reader: inout ByteReader, bytes: [UInt8]
  ) throws(FormatError) -> (TextStorage, [Int]) {
    let times = try IntegerColumn.decode(count, from: &reader)
    let offset = reader.offset
    guard times.allSatisfy({ $0 < 1 << 50 }) else { throw .invalid("identifier", offset: offset) }
    guard count <= reader.remaining / 10 else { throw .truncated(offset: offset) }
    let random = try reader.take(count * 10)
    let storage = unsafe TextStorage(count: count * length) { output in
      for index in 0..<count {
        func put(_ bits: UInt64, _ number: Int, at place: Int) {
          for digit in 0..<number {
            let value = Int(truncatingIfNeeded: bits >> UInt64((number - 1 - digit) * 5)) & 31
            unsafe output[index * length + place + digit] = digits[value]
          }
        }
        func five(_ start: Int) -> UInt64 { random[start..<start + 5].reduce(0) { $0 << 8 | UInt64($1) } }
        put(times[index], timeDigits, at: 0)
        put(five(index * 10), 8, at: timeDigits)
        put(five(index * 10 + 5), 8, at: timeDigits + 8)
      }
    }
    return (storage, (0...count).map { $0 * length })
  }
}
