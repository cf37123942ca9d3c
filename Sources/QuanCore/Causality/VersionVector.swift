/// A place in a stream: a change's number and the first 8 bytes of the digest there.
public struct Tip: Hashable, Comparable, Sendable {
  /// The change's number in its stream, from 1.
  public let number: UInt64
  /// The first 8 bytes of d(``number``).
  public let check: UInt64

  /// Names a place in a stream.
  public init(number: UInt64, check: UInt64) {
    self.number = number
    self.check = check
  }

  /// Orders by number, then by check.
  public static func < (one: Self, other: Self) -> Bool { (one.number, one.check) < (other.number, other.check) }
}

/// A place in a named stream: what a change lists as newly seen, and what a bundle requires.
public struct Dependency: Hashable, Comparable, Sendable {
  /// The stream.
  public let stream: StreamID
  /// The last change of it that was seen.
  public let tip: Tip

  /// Names a place in a stream.
  public init(_ stream: StreamID, _ tip: Tip) {
    self.stream = stream
    self.tip = tip
  }

  /// Orders by stream, then by place.
  public static func < (one: Self, other: Self) -> Bool { (one.stream, one.tip) < (other.stream, other.tip) }
}

/// What a replica has seen: for each stream the last change held.
///
/// A stream has one tip, except where a cloned machine forked it: then it has one a branch. The tips of one
/// stream are kept in ascending order, so that equal vectors are equal values.
public struct VersionVector: Hashable, Sendable {
  /// The tips of each stream, ascending; never an empty list.
  public private(set) var tips: [StreamID: [Tip]] = [:]

  /// A vector that has seen nothing.
  public init() {}

  /// A vector of the given places.
  public init(_ places: some Sequence<Dependency>) {
    for place in places { insert(place) }
  }

  /// The streams with their tips, in canonical order.
  ///
  /// - Complexity: O(*n* log *n*) in the number of streams.
  public var places: [Dependency] {
    tips.flatMap { stream, tips in tips.map { Dependency(stream, $0) } }.sorted()
  }

  /// Whether nothing has been seen.
  public var isEmpty: Bool { tips.isEmpty }

  /// The highest change number seen in a stream, over all its branches; 0 for none.
  public func number(of stream: StreamID) -> UInt64 { tips[stream]?.last?.number ?? 0 }

  /// Replaces the tips of a stream; an empty list removes it.
  public mutating func set(_ newTips: [Tip], for stream: StreamID) {
    tips[stream] = newTips.isEmpty ? nil : newTips.sorted()
  }

  /// Adds a tip beside those that the stream has; a tip twice counts once.
  public mutating func insert(_ place: Dependency) {
    var list = tips[place.stream] ?? []
    guard !list.contains(place.tip) else { return }
    list.append(place.tip)
    tips[place.stream] = list.sorted()
  }
}
