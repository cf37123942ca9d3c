/// d(n): the chained SHA-256 of a stream up to its change n.
///
/// Two replicas that hold the same digest at the same number hold the same changes up to there.
/// The bytes are kept as four big-endian words so that a digest is a trivial value.
public struct Digest: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The 32 bytes as big-endian words, first bytes first.
  public let words: (UInt64, UInt64, UInt64, UInt64)

  /// Makes a digest of four big-endian words.
  public init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

  /// Makes a digest of exactly 32 bytes, or returns `nil`.
  public init?(_ bytes: some Collection<UInt8>) { self.init(Array(bytes)) }

  /// Makes a digest of exactly 32 bytes, or returns `nil`.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    func word(_ start: Int) -> UInt64 {
      var word: UInt64 = 0
      for place in start..<start + 8 { word = word << 8 | UInt64(bytes[place]) }
      return word
    }
    words = (word(0), word(8), word(16), word(24))
  }

  /// The 32 bytes.
  public var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(32)
    func put(_ word: UInt64) {
      for shift in stride(from: 56, through: 0, by: -8) {
        bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
      }
    }
    put(words.0)
    put(words.1)
    put(words.2)
    put(words.3)
    return bytes
  }

  /// The first 8 bytes: what vectors and dependencies carry.
  public var check: UInt64 { words.0 }

  /// 64 hexadecimal digits.
  public var description: String { bytes.map { Self.hex($0) }.joined() }

  private static func hex(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }

  /// Equal when all 32 bytes are.
  public static func == (one: Self, other: Self) -> Bool { one.words == other.words }

  /// Orders by bytes.
  public static func < (one: Self, other: Self) -> Bool { one.words < other.words }

  /// Feeds the first 8 bytes, which are as good as random.
  public func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}
