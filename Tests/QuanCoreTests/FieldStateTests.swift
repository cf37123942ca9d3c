import QuanCore
import Testing

@Suite("A field is what no write has overwritten")
struct FieldStateTests {
  private let field = FieldKey(Dot(ReplicaID(rawValue: 9), 1))

  private func write(_ replica: UInt64, _ counter: UInt64, _ value: String?, over dots: [Dot] = []) -> Write {
    Write(
      dot: Dot(ReplicaID(rawValue: replica), counter),
      stamp: Stamp(author: "author \(replica)", time: Instant(milliseconds: Int64(counter))),
      values: value.map { [WrittenValue(.text($0))] } ?? [], overwrites: dots.map { EntryID($0) })
  }

  private func permutations<T>(_ items: [T]) -> [[T]] {
    guard items.count > 1 else { return [items] }
    return items.indices.flatMap { index in
      var rest = items
      let item = rest.remove(at: index)
      return permutations(rest).map { [item] + $0 }
    }
  }

  @Test("concurrent writes commute: every order gives one state")
  func commute() {
    let base = write(1, 1, "base")
    let concurrent = [
      write(1, 2, "a", over: [base.dot]), write(2, 2, "b", over: [base.dot]), write(3, 2, nil, over: [base.dot]),
      write(4, 2, "a", over: [base.dot]),
    ]
    var states: Set<FieldState> = []
    for order in permutations(concurrent) {
      var state = FieldState(key: field)
      state.apply(base)
      for one in order { state.apply(one) }
      states.insert(state)
    }
    #expect(states.count == 1)
    let sides = states.first?.sides ?? []
    #expect(sides.map(\.value) == [.text("a"), .text("b")])
    #expect(sides.first?.entries.count == 2)
    #expect(states.first?.clearings.count == 1)
  }

  @Test("the base is the latest write that all sides come from")
  func base() {
    var state = FieldState(key: field)
    let first = write(1, 1, "first")
    let second = write(1, 2, "second", over: [first.dot])
    for one in [first, second, write(1, 3, "a", over: [second.dot]), write(2, 3, "b", over: [second.dot])] {
      state.apply(one)
    }
    #expect(Base.find(sides: state.sides, writes: state.writes) == .known([.text("second")]))
    #expect(Base.find(sides: state.sides, writes: state.writes.filter { $0.dot != second.dot }) == .forgotten)
  }

  @Test("sides without a common ancestor have no base, and two latest ones give two values")
  func severalBases() {
    var state = FieldState(key: field)
    let one = write(1, 1, "one")
    let two = write(2, 1, "two")
    for item in [one, two] { state.apply(item) }
    #expect(Base.find(sides: state.sides, writes: state.writes) == .known([]))
    state.apply(write(3, 2, "x", over: [one.dot, two.dot]))
    state.apply(write(4, 2, "y", over: [one.dot, two.dot]))
    #expect(Base.find(sides: state.sides, writes: state.writes) == .known([.text("one"), .text("two")]))
  }

  @Test("forgetting old writes changes no value and keeps the first")
  func forgetting() {
    var state = FieldState(key: field)
    var last = write(1, 1, "1")
    state.apply(last)
    for counter in 2...20 {
      let next = write(1, UInt64(counter), "\(counter)", over: [last.dot])
      state.apply(next)
      last = next
    }
    let sides = state.sides
    state.forget(keeping: 4)
    #expect(state.sides == sides)
    #expect(state.writes.count == 4)
    #expect(state.writes.first?.dot.counter == 1)
  }

  @Test("a delete covers what it had seen; a restore overwrites the deletes that it names")
  func presence() {
    let one = ReplicaID(rawValue: 1)
    let two = ReplicaID(rawValue: 2)
    let stamp = Stamp(author: "x", time: Instant(milliseconds: 0))
    var state = RecordState(creating: Dot(one, 1), kind: Dot(one, 9), fields: [], stamp: stamp)
    #expect(state.presence == .present)
    state.apply(.delete(context: [one: 1]), dot: Dot(one, 2), stamp: stamp)
    #expect(state.presence == .deleted)
    state.apply(.increment(field: FieldKey(Dot(one, 8), .counter), amount: 1), dot: Dot(two, 1), stamp: stamp)
    #expect(state.presence == .disputed)
    #expect(state.uncovered == [Dot(two, 1)])
    state.apply(.delete(context: [one: 1, two: 1]), dot: Dot(two, 2), stamp: stamp)
    #expect(state.presence == .deleted)
    state.apply(.restore(deletes: [Dot(two, 2)]), dot: Dot(one, 3), stamp: stamp)
    #expect(state.presence == .disputed)
    state.apply(.restore(deletes: [Dot(one, 2)]), dot: Dot(one, 4), stamp: stamp)
    #expect(state.presence == .present)
  }
}
