public import Quan
import QuanFormat

/// What a replica must be, by the plainest reading of the rules: all changes that it has received, in no order, and
/// everything computed from them anew each time.
///
/// It shares the vocabulary of the core (changes, dots, values, merge rules) and none of the machinery: no states
/// that are updated, no rows, no order of arrival. Slow on purpose.
public struct ReferenceModel: Sendable {
  /// Every change received, also those that still miss something.
  public private(set) var held: [Digest: HeldChange] = [:]

  /// A model that has received nothing.
  public init() {}

  /// Takes changes in; those known already change nothing.
  public mutating func receive(_ changes: some Sequence<HeldChange>) {
    for change in changes { held[change.digest] = change }
  }

  /// The changes that could be accepted: everything that they build on could be accepted too.
  public func acceptable() -> Set<Digest> {
    var places: [Dependency: Digest] = [:]
    for change in held.values { places[Self.place(of: change)] = change.digest }
    var accepted: Set<Digest> = []
    var hasGrown = true
    while hasGrown {
      hasGrown = false
      for change in held.values where !accepted.contains(change.digest) {
        let follows = change.change.number == 1 || accepted.contains(change.previous)
        let hasSeen = change.change.dependencies.allSatisfy { place in
          places[place].map { accepted.contains($0) } ?? false
        }
        if follows && hasSeen {
          accepted.insert(change.digest)
          hasGrown = true
        }
      }
    }
    return accepted
  }

  /// The changes that a vector says are there: those at its tips, and all before them.
  ///
  /// - Returns: `nil` when it names a change that was never received.
  public func changes(behind vector: VersionVector) -> [HeldChange]? {
    var places: [Dependency: Digest] = [:]
    for change in held.values { places[Self.place(of: change)] = change.digest }
    var found: [Digest: HeldChange] = [:]
    for place in vector.places {
      guard var change = places[place].flatMap({ held[$0] }) else { return nil }
      while found[change.digest] == nil {
        found[change.digest] = change
        guard change.change.number > 1 else { break }
        guard let before = held[change.previous] else { return nil }
        change = before
      }
    }
    return Array(found.values)
  }

  static func place(of change: HeldChange) -> Dependency {
    Dependency(change.change.stream, Tip(number: change.change.number, check: change.digest.check))
  }
}
