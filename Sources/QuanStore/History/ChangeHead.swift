import QuanCore
import QuanFormat

/// What a change says of itself, without its operations.
struct ChangeHead {
  let number: UInt64
  let firstCounter: UInt64
  let stamp: Stamp
  let dependencies: [Dependency]
}

extension ReplicaFile {
  /// Runs `body` on the heads of a stretch's changes in order, from one number through another.
  func eachHead(
    of index: Int, from first: UInt64 = 1, through last: UInt64 = .max, _ body: (ChangeHead) throws -> Void
  ) throws {
    for id in try segments(of: index, from: first) {
      let segment = try unpacked(id)
      if segment.header.range.lowerBound > last { return }
      for change in 0..<segment.changeCount where (first...last).contains(segment.number(change)) {
        try body(
          ChangeHead(
            number: segment.number(change), firstCounter: segment.firstCounters[change],
            stamp: Stamp(author: segment.author(change), time: segment.time(change)),
            dependencies: Array(segment.dependencies(change))))
      }
    }
    for change in try tailChanges(of: index, from: first) where change.number <= last {
      try body(
        ChangeHead(
          number: change.number, firstCounter: change.firstCounter,
          stamp: Stamp(author: change.author, time: change.time), dependencies: change.dependencies))
    }
  }
}
