/// One write to a register or a set, as a record remembers it.
public struct Write: Hashable, Sendable {
  /// The operation.
  public let dot: Dot
  /// Who and when.
  public let stamp: Stamp
  /// What it wrote, by place; empty for a clearing or a removal.
  public let values: [WrittenValue]
  /// The entries it overwrote.
  public let overwrites: [EntryID]

  /// Remembers a write.
  public init(dot: Dot, stamp: Stamp, values: [WrittenValue], overwrites: [EntryID]) {
    self.dot = dot
    self.stamp = stamp
    self.values = values
    self.overwrites = overwrites
  }
}

/// A value that stands in a field: not overwritten by any write known.
public struct Entry: Hashable, Sendable {
  /// Which value of which operation.
  public let id: EntryID
  /// The value; `nil` for a clearing, which yields to every value that stands beside it.
  public let value: Value?
  /// The operation that first wrote the value, when `id` brought it back.
  public let origin: Dot?
  /// Who wrote `id`, and when.
  public let stamp: Stamp

  /// A standing value.
  public init(id: EntryID, value: Value?, origin: Dot?, stamp: Stamp) {
    self.id = id
    self.value = value
    self.origin = origin
    self.stamp = stamp
  }
}

/// The state of one field of one record.
///
/// A register or set is the set of entries that no known write has overwritten (a multi-value register, and an
/// observed-remove set without tombstones); a counter is a sum, beside such a set of undone increments. Writes must come in an order in which each comes
/// after those whose entries it overwrites; concurrent ones commute.
/// - SeeAlso: Shapiro et al., *A comprehensive study of Convergent and Commutative Replicated Data Types*,
///   INRIA RR-7506; Bieniusa et al., *An optimized conflict-free replicated set*, arXiv:1210.3368.
public struct FieldState: Hashable, Sendable {
  /// The field and how its values combine.
  public let key: FieldKey
  /// The standing entries, ascending by identity.
  public private(set) var entries: [Entry]
  /// The writes that are remembered, ascending: all that have standing entries, and of the others those that
  /// a later conflict may need as its base.
  ///
  /// Forgetting one of the others changes no value.
  public private(set) var writes: [Write]
  /// The sum of a counter's increments, modulo 2^64; see ``sum`` for what it shows.
  public private(set) var total: Int64

  /// A field that nobody has written.
  public init(key: FieldKey) {
    self.key = key
    self.entries = []
    self.writes = []
    self.total = 0
  }

  /// A field as it was stored.
  public init(key: FieldKey, entries: [Entry], writes: [Write], total: Int64) {
    self.key = key
    self.entries = entries.sorted { $0.id < $1.id }
    self.writes = writes.sorted { $0.dot < $1.dot }
    self.total = total
  }

  /// Takes in a write: what it overwrites goes, what it brings stands.
  ///
  /// - Complexity: O(*n*) in the entries and remembered writes of the field.
  public mutating func apply(_ write: Write) {
    let overwritten = Set(write.overwrites)
    entries.removeAll { overwritten.contains($0.id) }
    var brought = write.values.enumerated().map { index, written in
      Entry(
        id: EntryID(write.dot, UInt32(index)), value: written.value, origin: written.origin, stamp: write.stamp)
    }
    if brought.isEmpty && key.isRegister {
      brought = [Entry(id: EntryID(write.dot), value: nil, origin: nil, stamp: write.stamp)]
    }
    entries.append(contentsOf: brought)
    entries.sort { $0.id < $1.id }
    writes.append(write)
    writes.sort { $0.dot < $1.dot }
  }

  /// Adds to a counter.
  public mutating func increment(by amount: Int64) { total &+= amount }

  /// Forgets remembered writes that have no standing entry, oldest claimed time first, until at most `limit` are left.
  ///
  /// The initial write (which overwrites nothing) is kept longest: it is what most conflicts start from.
  public mutating func forget(keeping limit: Int) {
    guard writes.count > limit else { return }
    let standing = Set(entries.map(\.id.dot))
    var candidates = writes.filter { !standing.contains($0.dot) && !$0.overwrites.isEmpty }
    candidates.sort { ($0.stamp.time, $0.dot) < ($1.stamp.time, $1.dot) }
    let surplus = Set(candidates.prefix(max(0, writes.count - limit)).map(\.dot))
    writes.removeAll { surplus.contains($0.dot) }
  }

  /// The sides: standing values, equal ones as one, in ascending order of the first write of each.
  public var sides: [Side] {
    var sides: [Side] = []
    for entry in entries {
      guard let value = entry.value else { continue }
      if let known = sides.firstIndex(where: { $0.value == value }) {
        sides[known] = Side(value: value, entries: sides[known].entries + [entry])
      } else {
        sides.append(Side(value: value, entries: [entry]))
      }
    }
    return sides
  }

  /// What a counter shows: the total, with what undoes increments.
  ///
  /// An entry that cites an increment as its origin undoes it, by the amount that it holds. However many undo one
  /// increment, it is undone once: by the entry of the smallest identity.
  public var sum: Int64 {
    var undone: Set<Dot> = []
    var sum = total
    for entry in entries {
      if let origin = entry.origin, case .integer(let amount)? = entry.value, undone.insert(origin).inserted {
        sum &+= amount
      }
    }
    return sum
  }

  /// The entries by which an increment is undone.
  public func undoings(of increment: Dot) -> [Entry] { entries.filter { $0.origin == increment } }

  /// The clearings that stand; beside a value they decide nothing and are worth a notice.
  public var clearings: [Entry] { entries.filter { $0.value == nil } }
}

/// One of the concurrent values of a field, with everybody who wrote it.
public struct Side: Hashable, Sendable {
  /// The value.
  public let value: Value
  /// The entries that hold it, ascending; more than one when several wrote the same.
  public let entries: [Entry]

  /// A value and who wrote it.
  public init(value: Value, entries: [Entry]) {
    self.value = value
    self.entries = entries
  }

  /// The entry with the latest claimed time, then the highest identity: who is named first.
  public var latest: Entry {
    entries.max { ($0.stamp.time, $0.id) < ($1.stamp.time, $1.id) } ?? entries[0]
  }
}
