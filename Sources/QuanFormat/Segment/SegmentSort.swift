/// The sorts of operations in the heads of a segment: a head is index × ``count`` + sort.
///
/// ``count`` never grows, or older segments would be misread: what comes later goes as a write, and the container of its
/// slot tells what it is. So do inserts and moves in the slots of lists, and so would edits in the slots of texts.
enum SegmentSort {
  static let create: UInt64 = 0
  static let write: UInt64 = 1
  static let increment: UInt64 = 2
  static let delete: UInt64 = 3
  static let restore: UInt64 = 4
  /// What heads are divided by.
  static let count: UInt64 = 5
}

/// What a write in the slot of a list is: told by a column of its own, so that segments without lists have no bytes for it.
enum ListSort: UInt64 {
  /// A write to an element.
  case write = 0
  case insert = 1
  case move = 2
}
