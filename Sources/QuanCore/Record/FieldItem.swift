/// A part of a map or list that is a register of its own, with sides of its own.
public enum FieldItem: Hashable, Comparable, Sendable {
  /// What stands under a key of a map.
  case key(MapKey)
  /// An element of a list, by the operation that inserted it and its place among the values inserted.
  case element(EntryID)

  /// Keys before elements; each in their own order.
  public static func < (one: Self, other: Self) -> Bool {
    switch (one, other) {
    case (.key(let a), .key(let b)): a < b
    case (.element(let a), .element(let b)): a < b
    case (.key, .element): true
    case (.element, .key): false
    }
  }
}

/// A key of a map: two keys are one when their bytes are, so a composed and a decomposed é are two.
public struct MapKey: Hashable, Comparable, Sendable {
  /// The key.
  public let text: String

  /// A key.
  public init(_ text: String) { self.text = text }

  /// Equal when the bytes are.
  public static func == (one: Self, other: Self) -> Bool { one.text.utf8.elementsEqual(other.text.utf8) }

  /// Feeds the bytes.
  public func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
  }

  /// Orders by bytes.
  public static func < (one: Self, other: Self) -> Bool {
    one.text.utf8.lexicographicallyPrecedes(other.text.utf8)
  }
}
