import QuanCore

/// Edits of a text that come behind those of its history, as they are taken in one after another.
struct FreshEdits {
  /// Those that came, and for each edit its place among them.
  let items: [TextWork.Item]
  let places: [Int]
  let locals: [LocalDot]
  /// The numbers of the edits that each continues; none for just the one before.
  let parents: [[Int]]

  /// The next one that goes into the history, which it does when its last step has been taken.
  private var next = 0
  private var lengthBefore = 0
  private var deleted: [UInt8] = []
  private var source = Rope.Source()

  init(items: [TextWork.Item], places: [Int], locals: [LocalDot], parents: [[Int]]) {
    self.items = items
    self.places = places
    self.locals = locals
    self.parents = parents
  }

  /// Takes the steps that a walker makes of them.
  mutating func take(
    _ walker: inout TextWalker, known: Int, length: Int, isWatching: Bool, into rope: inout Rope,
    _ history: inout TextHistory
  ) {
    lengthBefore = rope.count
    walker.run(known: known, length: length, isWatching: isWatching) { step in
      let rank = step.event - known
      note(before: rank, rope.count, in: &history)
      rope.apply(step, of: items[places[rank]].edit.utf8, from: &source, deleted: &deleted)
    }
    note(before: places.count, rope.count, in: &history)
  }

  private mutating func note(before end: Int, _ length: Int, in history: inout TextHistory) {
    while next < end {
      history.append(
        locals[next], parents: parents[next], length: lengthBefore, runs: items[places[next]].edit.runs,
        deleted: deleted)
      lengthBefore = length
      deleted.removeAll(keepingCapacity: true)
      next += 1
    }
  }
}
