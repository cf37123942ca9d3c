public import QuanCore

/// A state that the workspace was in: some of the changes held, each with all that its author had seen.
///
/// What a record was then is what those changes come to. The same version is the same on every replica that holds its
/// changes, except ``now``.
public enum Version: Hashable, Sendable {
  /// All that is held.
  case now
  /// What its author saw when a change was written, with that change.
  case at(ChangeID)
  /// What its author saw when a change was written, without it.
  case before(ChangeID)
  /// What is held of a vector.
  case holding(VersionVector)
  /// All that somebody claims to have written by then, with all that they had seen.
  ///
  /// Claimed times are not trusted, and what was seen counts whatever its clock said: a laptop whose clock is ahead
  /// hides nothing that others have built on.
  case written(by: Instant)
}

/// How far a version reaches into each stretch of each stream.
struct Reach: Hashable {
  /// The last change, by the index of the stretch.
  private(set) var numbers: [Int: UInt64] = [:]

  /// Whether a change of a stretch belongs to the version.
  func includes(_ number: UInt64, of index: Int) -> Bool { number <= numbers[index] ?? 0 }

  /// Makes it reach up to a change; returns from which change on that is new.
  mutating func extend(_ index: Int, to number: UInt64, behind start: UInt64) -> UInt64? {
    let had = max(numbers[index] ?? 0, start)
    guard number > had else { return nil }
    numbers[index] = number
    return had + 1
  }
}

extension ReplicaFile {
  /// How far a version reaches.
  ///
  /// - Throws: ``StoreError`` with code `notFound` when a change is not held.
  /// - Complexity: O(*n*) in the changes held; ``Version/now`` and ``Version/holding(_:)`` O(*s*) in the streams.
  func reach(of version: Version) throws -> Reach {
    var reach = Reach()
    switch version {
    case .now:
      for row in streams.rows { _ = reach.extend(row.index, to: row.number, behind: row.forkNumber) }
    case .holding(let vector):
      for place in vector.places {
        guard let row = try heldRow(of: place) else { continue }
        for stretch in streams.path(to: row.index) {
          let end = stretch.index == row.index ? min(place.tip.number, row.number) : stretch.number
          _ = reach.extend(stretch.index, to: end, behind: stretch.forkNumber)
        }
      }
    case .at(let change): try reachChange(change, isWhole: true, &reach)
    case .before(let change): try reachChange(change, isWhole: false, &reach)
    case .written(let time):
      for row in streams.rows where row.number > row.forkNumber {
        var last: UInt64 = 0
        try eachHead(of: row.index) { head in if head.stamp.time <= time { last = head.number } }
        try extend(&reach, row.index, to: last)
      }
    }
    return reach
  }

  private func reachChange(_ id: ChangeID, isWhole: Bool, _ reach: inout Reach) throws {
    var found: ChangeHead?
    let index = streams.index(name: id.stream.replica, scope: id.stream.scope)
    if let index {
      try eachHead(of: index, from: id.number, through: id.number) { head in found = head }
    }
    guard let index, let head = found else {
      throw StoreError(.notFound, "there is no such change", subject: id.description)
    }
    try extend(&reach, index, to: isWhole ? id.number : id.number - 1)
    for place in head.dependencies { try extend(&reach, toPlace: place) }
    // What its laptop had written in other scopes before was there too.
    for row in streams.rows where row.name == id.stream.replica && row.index != index {
      var last: UInt64 = 0
      try eachHead(of: row.index) { other in if other.firstCounter < head.firstCounter { last = other.number } }
      try extend(&reach, row.index, to: last)
    }
  }

  private func extend(_ reach: inout Reach, toPlace place: Dependency) throws {
    if let row = try heldRow(of: place) { try extend(&reach, row.index, to: min(place.tip.number, row.number)) }
  }

  /// Makes a version reach up to a change and all that its author had seen.
  private func extend(_ reach: inout Reach, _ index: Int, to number: UInt64) throws {
    var waiting = [(index: index, number: number)]
    while let (index, number) = waiting.popLast() {
      let row = streams.rows[index]
      if let parent = row.parent { waiting.append((parent, min(number, row.forkNumber))) }
      guard let first = reach.extend(index, to: number, behind: row.forkNumber) else { continue }
      try eachHead(of: index, from: first, through: number) { head in
        for place in head.dependencies {
          if let row = try heldRow(of: place) { waiting.append((row.index, min(place.tip.number, row.number))) }
        }
      }
    }
  }

  /// The stretch that a place lies in; digests are looked at only where a stream has several.
  func heldRow(of place: Dependency) throws -> StreamRow? {
    let rows = streams.rows(of: place.stream)
    return rows.count == 1 ? rows[0] : try row(at: place)
  }
}
