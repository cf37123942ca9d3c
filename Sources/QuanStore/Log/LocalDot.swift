import QuanCore

/// A dot as this file keeps it: the local index of its stream and the counter, in one integer.
///
/// It is the row ID of the record it created. An index stands for a replica (by the name it goes by here) in a
/// scope, so the same dot in two scopes, which a cloned machine can make, is two local dots.
struct LocalDot: Hashable, Comparable {
  /// The row ID: 23 bits of index above 40 bits of counter.
  let rowID: Int64

  static let counterBits = 40
  static let counterLimit: UInt64 = 1 << 40
  static let indexLimit = 1 << 22

  init(rowID: Int64) { self.rowID = rowID }

  init(stream: Int, counter: UInt64) {
    rowID = Int64(stream) << Int64(Self.counterBits) | Int64(truncatingIfNeeded: counter)
  }

  var stream: Int { Int(rowID >> Int64(Self.counterBits)) }
  var counter: UInt64 { UInt64(rowID) & (Self.counterLimit - 1) }

  /// The row IDs of all records of a stream.
  static func rows(ofStream stream: Int) -> ClosedRange<Int64> {
    LocalDot(stream: stream, counter: 0).rowID...LocalDot(stream: stream, counter: counterLimit - 1).rowID
  }

  static func < (one: LocalDot, other: LocalDot) -> Bool { one.rowID < other.rowID }
}
