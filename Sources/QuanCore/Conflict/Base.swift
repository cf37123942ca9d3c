/// What the sides of a conflict started from.
public enum Base: Hashable, Sendable {
  /// The latest writes that are ancestors, along overwrites, of every side; their values, ascending by write.
  /// Empty when the sides have no common ancestor, or when the latest one had cleared the field.
  case known([Value])
  /// A write on the way has been forgotten; the history tells.
  case forgotten

  /// Finds the base of `sides` among the remembered `writes`.
  ///
  /// An ancestor of a write is a write that it overwrote, directly or through others. Of the common
  /// ancestors those count that no other common ancestor overwrote.
  /// - Complexity: O(*s* × *w*) in the number of sides' writes and of remembered writes.
  public static func find(sides: [Side], writes: [Write]) -> Base {
    var byDot: [Dot: Write] = [:]
    for write in writes { byDot[write.dot] = write }

    func ancestors(of starts: [Dot]) -> Set<Dot>? {
      var found: Set<Dot> = []
      var queue = starts
      while let dot = queue.popLast() {
        guard let write = byDot[dot] else { return nil }
        for entry in write.overwrites where found.insert(entry.dot).inserted { queue.append(entry.dot) }
      }
      return found
    }

    var common: Set<Dot>?
    for entry in sides.flatMap(\.entries) {
      guard let own = ancestors(of: [entry.origin.flatMap { byDot[$0] == nil ? nil : $0 } ?? entry.id.dot]) else {
        return .forgotten
      }
      common = common.map { $0.intersection(own) } ?? own
    }
    guard let common, !common.isEmpty else { return .known([]) }
    var latest = common
    for dot in common {
      guard let older = ancestors(of: [dot]) else { return .forgotten }
      latest.subtract(older)
    }
    var values: [Value] = []
    for dot in latest.sorted() {
      guard let write = byDot[dot] else { return .forgotten }
      for written in write.values where !values.contains(written.value) { values.append(written.value) }
    }
    return .known(values)
  }
}
