/// What two records of a kind share when they may be the same thing entered twice: a number made of the values of a
/// natural key's fields, folded.
///
/// Equal values have equal numbers on every laptop; that different ones have is less likely than a broken disk.
public struct KeyHash: Hashable, Sendable {
  private var state: UInt64 = 0xCBF2_9CE4_8422_2325

  /// Begins the number of a kind's key.
  ///
  /// - Parameters:
  ///   - key: The place of the key among the kind's.
  ///   - scope: The scope within which records are compared; `nil` for all that are held.
  public init(kind: KindID, key: Int, scope: ScopeID?) {
    feed(kind)
    feed(UInt64(key))
    if let scope { feed(scope.dot) }
  }

  /// Takes in the value of the key's next field.
  public mutating func feed(_ value: Value) {
    feed(UInt64(value.type.rawValue))
    switch value {
    case .text(let text): feed(folding: text)
    case .choice(let code): feed(code)
    case .integer(let number), .decimal(let number): feed(UInt64(bitPattern: number))
    case .date(let date): feed(UInt64(bitPattern: Int64(date.daysSince1970)))
    case .instant(let instant): feed(UInt64(bitPattern: instant.milliseconds))
    case .triState(let state): feed(UInt64(state.rawValue))
    case .real(let real): feed(real.bitPattern)
    case .attachment(let digest): for byte in digest.bytes { feed(byte: byte) }
    case .reference(let reference):
      feed(reference.record)
      feed(reference.scope.dot)
    }
  }

  /// The number, its bits well mixed.
  public var value: UInt64 {
    // The finaliser of MurmurHash3, which leaves no bit of the result to few bits of the state.
    var bits = state
    bits = (bits ^ (bits >> 33)) &* 0xFF51_AFD7_ED55_8CCD
    bits = (bits ^ (bits >> 33)) &* 0xC4CE_B9FE_1A85_EC53
    return bits ^ (bits >> 33)
  }

  private mutating func feed(folding text: String) { feed(utf8: NameFolding.utf8(text)) }

  mutating func feed(_ text: String) { feed(utf8: text.utf8) }

  private mutating func feed(utf8 bytes: some Sequence<UInt8>) {
    for byte in bytes { feed(byte: byte) }
    feed(byte: 0xFF)
  }

  mutating func feed(_ dot: Dot) {
    feed(dot.replica.rawValue)
    feed(dot.counter)
  }

  private mutating func feed(_ number: UInt64) {
    for shift in stride(from: UInt64(0), to: 64, by: 8) { feed(byte: UInt8(truncatingIfNeeded: number >> shift)) }
  }

  /// One step of FNV-1a.
  private mutating func feed(byte: UInt8) { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
}

extension KeyHash {
  /// The numbers of a key for all combinations of its fields' values, at most ``combinationLimit``; none when a field
  /// holds nothing, or the one field's value says nothing.
  ///
  /// - Parameter values: Of each field that must be equal, its values.
  public static func numbers(
    kind: KindID, key: Int, scope: ScopeID?, values: [[Value]]
  ) -> [UInt64] {
    guard !values.isEmpty, !values.contains(where: \.isEmpty) else { return [] }
    if values.count == 1 { return distinct(values[0].filter(isTelling), kind, key, scope) }
    var hashes = [KeyHash(kind: kind, key: key, scope: scope)]
    for choices in values {
      guard hashes.count * choices.count <= combinationLimit else { return [] }
      if choices.count == 1 {
        for index in hashes.indices { hashes[index].feed(choices[0]) }
      } else {
        hashes = hashes.flatMap { hash in
          choices.map { choice in
            var hash = hash
            hash.feed(choice)
            return hash
          }
        }
      }
    }
    return hashes.map(\.value)
  }

  private static func distinct(_ values: [Value], _ kind: KindID, _ key: Int, _ scope: ScopeID?) -> [UInt64] {
    values.prefix(combinationLimit).map { value in
      var hash = KeyHash(kind: kind, key: key, scope: scope)
      hash.feed(value)
      return hash.value
    }
  }

  /// How many combinations of concurrent values are looked at.
  public static let combinationLimit = 16

  /// Whether a value alone tells one record from another: a number has a digit or letter in it, "none" in Chinese has not.
  private static func isTelling(_ value: Value) -> Bool {
    guard case .text(let text) = value else { return true }
    return text.unicodeScalars.contains { scalar in
      switch scalar.value {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0xFF10...0xFF19, 0xFF21...0xFF3A, 0xFF41...0xFF5A: true
      default: false
      }
    }
  }
}
