import Quan
import QuanTesting
import Testing

/// Kinds with lists and maps.
private let itemSchema = SchemaDraft([
  KindDraft(
    "pupil", Labels("学生", "pupil"),
    [
      FieldDraft("name", Labels("姓名", "name")), FieldDraft("plan", Labels("计划", "plan"), container: .list),
      FieldDraft("contacts", Labels("联系人", "contacts"), container: .map),
      FieldDraft("marks", Labels("成绩", "marks"), .integer, container: .map, rule: .max),
      FieldDraft("parent", Labels("上级", "parent"), .reference, target: "pupil"),
    ])
])

extension Bureau {
  fileprivate func items(_ id: RecordID, _ name: String, on index: Int) throws -> [ItemView] {
    try replicas[index].record(id)?[name]?.items ?? []
  }

  fileprivate func element(_ place: Int, of id: RecordID, on index: Int = 0) throws -> EntryID {
    try #require(try items(id, "plan", on: index)[place].element)
  }

  /// The elements of a plan with what they show.
  ///
  /// Not inlined: the optimizer of Swift 6.3 fails on a loop over views of
  /// items that is itself within a loop.
  @inline(never)
  fileprivate func letters(_ id: RecordID, on index: Int) throws -> [(element: EntryID, value: Value)] {
    var letters: [(element: EntryID, value: Value)] = []
    for item in try items(id, "plan", on: index) {
      if case .element(let element) = item.item { letters.append((element, item.shown[0])) }
    }
    return letters
  }

  fileprivate func plan(_ id: RecordID, on index: Int) throws -> String {
    try shown(id, "plan", on: index).map { if case .text(let text) = $0 { text } else { "?" } }.joined()
  }

  /// A pupil with a plan of one letter an element, known to all.
  fileprivate func pupil(planning letters: String) throws -> RecordID {
    let values = letters.map { Value.text(String($0)) }
    let id = try replicas[0].write { try $0.create(try kind(), [try field("plan"): values]) }
    try exchange()
    return id
  }

  fileprivate func edit(_ id: RecordID, on index: Int, _ body: (inout Transaction, FieldID) throws -> Void) throws {
    let field = try field("plan")
    try replicas[index].write { try body(&$0, field) }
  }
}

@Suite("Lists")
struct ListTests {
  @Test("T-6 an element that one updates and another removes stays with the new value")
  func updatedAndRemoved() throws {
    let bureau = try Bureau(schema: itemSchema)
    let id = try bureau.pupil(planning: "abc")
    let b = try bureau.element(1, of: id)
    try bureau.edit(id, on: 0) { try $0.set(id, $1, element: b, to: .text("B")) }
    try bureau.edit(id, on: 1) { try $0.set(id, $1, element: b, to: nil) }
    let report = try bureau.give(1, to: 0)
    #expect(report.notices.map(\.class) == [.cleared])
    #expect(report.notices.first?.item == .element(b))
    try bureau.exchange()
    for index in 0...1 { #expect(try bureau.plan(id, on: index) == "aBc") }
    try bureau.expectEqual()
  }

  @Test("T-7 what is inserted behind an element that another removes is there once, at its place")
  func behindRemoved() throws {
    let bureau = try Bureau(schema: itemSchema)
    let id = try bureau.pupil(planning: "abc")
    let b = try bureau.element(1, of: id)
    try bureau.edit(id, on: 0) { _ = try $0.insert(id, $1, [.text("x")], after: b) }
    try bureau.edit(id, on: 1) { try $0.set(id, $1, element: b, to: nil) }
    try bureau.exchange()
    for index in 0...1 { #expect(try bureau.plan(id, on: index) == "axc") }
    try bureau.expectEqual()
  }

  @Test("M-4 an element that two people move at once is at one place, the same one everywhere, and a notice tells")
  func movedTwice() throws {
    let bureau = try Bureau(3, schema: itemSchema)
    let id = try bureau.pupil(planning: "abcd")
    let (b, d) = (try bureau.element(1, of: id), try bureau.element(3, of: id))
    // A wrong clock changes nothing.
    bureau.laptops[0].moveClock(byMilliseconds: 9_000_000_000)
    try bureau.edit(id, on: 0) { try $0.move(id, $1, element: b, after: nil) }
    try bureau.edit(id, on: 1) { try $0.move(id, $1, element: b, after: d) }
    let notices = try bureau.give(1, to: 0).notices
    #expect(notices.map(\.class) == [.moved])
    #expect(Set(notices.flatMap(\.people).map(\.author)).count == 2)
    try bureau.exchange()
    let plan = try bureau.plan(id, on: 0)
    #expect(["bacd", "acdb"].contains(plan))
    for index in 0...2 { #expect(try bureau.plan(id, on: index) == plan) }
    let moved = try #require(try bureau.items(id, "plan", on: 2).first { $0.element == b })
    #expect(moved.otherPlaces.count == 1)
    let moves = try bureau.replicas[2].history(of: id).filter { if case .move = $0.body { true } else { false } }
    #expect(moves.count == 2)
    // Whoever moves it after that has seen both places: it leaves both.
    try bureau.edit(id, on: 2) { try $0.move(id, $1, element: b, after: try bureau.element(2, of: id, on: 2)) }
    try bureau.exchange()
    #expect(try bureau.items(id, "plan", on: 0).allSatisfy(\.otherPlaces.isEmpty))
    try bureau.expectEqual()
  }

  @Test("M-1 a node that two people put under two parents is under one, and people are asked")
  func twoParents() throws {
    let bureau = try Bureau(schema: itemSchema)
    let (n, x, y) = (try bureau.pupil("n"), try bureau.pupil("x"), try bureau.pupil("y"))
    let scope = try #require(try bureau.replicas[0].record(n)).scope
    try bureau.set(n, "parent", .reference(Reference(x, in: scope)), on: 0)
    try bureau.set(n, "parent", .reference(Reference(y, in: scope)), on: 1)
    try bureau.exchange()
    #expect(try bureau.shown(n, "parent", on: 0).count == 1)
    #expect(try bureau.shown(n, "parent", on: 0) == bureau.shown(n, "parent", on: 1))
    #expect(try bureau.onlyConflict(on: 0).sides.count == 2)
    try bureau.expectEqual()
  }

  @Test("an element moved by one and updated by another is moved and updated; one moved and removed is removed")
  func movedAndUpdated() throws {
    let bureau = try Bureau(schema: itemSchema)
    let id = try bureau.pupil(planning: "abc")
    let (a, b) = (try bureau.element(0, of: id), try bureau.element(1, of: id))
    let c = try bureau.element(2, of: id)
    try bureau.edit(id, on: 0) { transaction, field in
      try transaction.move(id, field, element: a, after: c)
      try transaction.move(id, field, element: b, after: nil)
    }
    try bureau.edit(id, on: 1) { transaction, field in
      try transaction.set(id, field, element: a, to: .text("A"))
      try transaction.set(id, field, element: b, to: nil)
    }
    try bureau.exchange()
    for index in 0...1 { #expect(try bureau.plan(id, on: index) == "cA") }
    try bureau.expectEqual()
  }

  @Test("two values of one element are a conflict that names field and element; settling it settles that")
  func conflict() throws {
    let bureau = try Bureau(schema: itemSchema)
    let id = try bureau.pupil(planning: "ab")
    let (a, b) = (try bureau.element(0, of: id), try bureau.element(1, of: id))
    try bureau.edit(id, on: 0) { transaction, field in
      try transaction.set(id, field, element: a, to: .text("1"))
      try transaction.set(id, field, element: b, to: .text("2"))
    }
    try bureau.edit(id, on: 1) { transaction, field in
      try transaction.set(id, field, element: a, to: .text("3"))
      try transaction.set(id, field, element: b, to: .text("4"))
    }
    try bureau.exchange()
    let conflicts = try bureau.replicas[0].conflicts(of: id)
    #expect(conflicts.map(\.item) == [.element(a), .element(b)])
    #expect(conflicts.first?.base == [.text("a")])
    #expect(conflicts.first.map { Set($0.sides.compactMap(\.value)) } == [.text("1"), .text("3")])
    #expect(try bureau.replicas[1].status().conflicts == 2)
    let field = try bureau.field("plan")
    try bureau.replicas[1].write { try $0.resolve(id, field, item: .element(a), to: .text("5")) }
    try bureau.exchange()
    #expect(try bureau.onlyConflict(on: 0).item == .element(b))
    #expect(try bureau.shown(id, "plan", on: 0).first == .text("5"))
    try bureau.expectEqual()
  }

  @Test("runs that two people insert at one position at once do not interleave, forwards or backwards")
  func interleaving() throws {
    let bureau = try Bureau(schema: itemSchema)
    let id = try bureau.pupil(planning: "[]")
    for (index, letters) in ["abc", "xyz"].enumerated() {
      var last = try bureau.element(0, of: id, on: index)
      for letter in letters {
        try bureau.edit(id, on: index) { _ = try $0.insert(id, $1, [.text(String(letter))], after: last) }
        last = try #require(
          try bureau.items(id, "plan", on: index).first { $0.shown == [.text(String(letter))] }?.element)
      }
    }
    try bureau.exchange()
    #expect(["[abcxyz]", "[xyzabc]"].contains(try bureau.plan(id, on: 0)))
    for (index, letters) in ["CBA", "ZYX"].enumerated() {
      for letter in letters {
        try bureau.edit(id, on: index) { _ = try $0.insert(id, $1, [.text(String(letter))], after: nil) }
      }
    }
    try bureau.exchange()
    let plan = try bureau.plan(id, on: 0)
    #expect(plan.hasPrefix("ABCXYZ[") || plan.hasPrefix("XYZABC["))
    try bureau.expectEqual()
  }

  @Test("undo moves back, brings a removed element back as itself, and takes away what was inserted")
  func undo() throws {
    let bureau = try Bureau(schema: itemSchema)
    let id = try bureau.pupil(planning: "abcd")
    let elements = try bureau.items(id, "plan", on: 0).compactMap(\.element)
    try bureau.edit(id, on: 0) { try $0.move(id, $1, element: elements[2], after: nil) }
    #expect(try bureau.plan(id, on: 0) == "cabd")
    _ = try bureau.replicas[0].undo()
    #expect(try bureau.plan(id, on: 0) == "abcd")
    try bureau.edit(id, on: 0) { try $0.set(id, $1, element: elements[1], to: nil) }
    #expect(try bureau.plan(id, on: 0) == "acd")
    _ = try bureau.replicas[0].undo()
    #expect(try bureau.items(id, "plan", on: 0).compactMap(\.element) == elements)
    try bureau.edit(id, on: 0) { _ = try $0.insert(id, $1, [.text("x"), .text("y")], after: elements[0]) }
    #expect(try bureau.plan(id, on: 0) == "axybcd")
    _ = try bureau.replicas[0].undo()
    #expect(try bureau.plan(id, on: 0) == "abcd")
    try bureau.exchange()
    #expect(try bureau.plan(id, on: 1) == "abcd")
    try bureau.expectEqual()
  }

  @Test("a list that is given anew keeps equal elements, moves those that turn up elsewhere, and changes the others")
  func assigned() throws {
    let bureau = try Bureau(schema: itemSchema)
    let id = try bureau.pupil(planning: "abcdef")
    let before = try bureau.items(id, "plan", on: 0).compactMap(\.element)
    let wanted = "fabXdgY".map { Value.text(String($0)) }
    try bureau.edit(id, on: 0) { try $0.assign(id, $1, wanted) }
    #expect(try bureau.plan(id, on: 0) == "fabXdgY")
    let after = try bureau.items(id, "plan", on: 0).compactMap(\.element)
    #expect(after[0] == before[5])
    #expect(Array(after[1...4]) == Array(before[0...3]))
    try bureau.edit(id, on: 0) { try $0.assign(id, $1, []) }
    #expect(try bureau.plan(id, on: 0).isEmpty)
    try bureau.exchange()
    try bureau.expectEqual()
  }

  @Test("acts of one write build on each other, also on a record that it creates")
  func oneWrite() throws {
    let bureau = try Bureau(schema: itemSchema)
    let (kind, plan) = (try bureau.kind(), try bureau.field("plan"))
    let id = try bureau.replicas[0].write { transaction in
      let id = try transaction.create(kind, [plan: [.text("a")]])
      let x = try transaction.insert(id, plan, [.text("x"), .text("y")], after: nil)
      try transaction.move(id, plan, element: x[0], after: try transaction.elements(id, plan).last?.element)
      try transaction.set(id, plan, element: x[1], to: .text("Y"))
      _ = try transaction.create(kind, [:])
      return id
    }
    #expect(try bureau.plan(id, on: 0) == "Yax")
    try bureau.exchange()
    #expect(try bureau.plan(id, on: 1) == "Yax")
    try bureau.expectEqual()
  }

  @Test("many acts of one write come to what they do to an array, and so does a list given anew", arguments: 0..<4)
  func manyActs(part: UInt64) throws {
    var random = SeededGenerator(seed: 900 + part)
    let bureau = try Bureau(schema: itemSchema)
    let id = try bureau.pupil(planning: "abcdefgh")
    var letters = try bureau.letters(id, on: 0)
    for round in 0..<6 {
      try bureau.edit(id, on: 0) { transaction, field in
        for act in 0..<12 {
          let place = Int.random(in: 0...letters.count, using: &random)
          let left = place == 0 ? nil : letters[place - 1].element
          let value = Value.text("\(round)-\(act)")
          if random.chance(0.5) || letters.count < 4 {
            let new = try transaction.insert(id, field, [value], after: left)
            letters.insert((new[0], value), at: place)
          } else if random.chance(0.7), place > 0 {
            let moved = letters.remove(at: place - 1)
            let target = Int.random(in: 0...letters.count, using: &random)
            try transaction.move(
              id, field, element: moved.element, after: target == 0 ? nil : letters[target - 1].element)
            letters.insert(moved, at: target)
          } else if place > 0 {
            try transaction.set(id, field, element: letters.remove(at: place - 1).element, to: nil)
          }
        }
      }
      #expect(try bureau.shown(id, "plan", on: 0) == letters.map(\.value))
      letters = try bureau.letters(id, on: 0)
      // Given anew in another order, with one value gone and one new: what is equal stays the element that it was.
      var wanted = letters.map(\.value)
      wanted.shuffle(using: &random)
      wanted[0] = .text("new \(round)")
      try bureau.edit(id, on: 0) { try $0.assign(id, $1, wanted) }
      let after = try bureau.letters(id, on: 0)
      #expect(after.map(\.value) == wanted)
      let before = Dictionary(letters.map { ($0.value, $0.element) }) { first, _ in first }
      #expect(after.dropFirst().allSatisfy { $0.element == before[$0.value] })
      letters = after
    }
    try bureau.exchange()
    try bureau.expectEqual()
  }

  @Test("joined records show both lists and maps; what is written goes to the record that an element belongs to")
  func joined() throws {
    let bureau = try Bureau(schema: itemSchema)
    let ids = try [bureau.pupil(planning: "ab"), bureau.pupil(planning: "cd")].sorted()
    let contacts = try bureau.field("contacts")
    try bureau.replicas[0].write { try $0.set(ids[0], contacts, key: "母亲", to: .text("1")) }
    try bureau.replicas[0].write { try $0.set(ids[1], contacts, key: "母亲", to: .text("2")) }
    try bureau.replicas[0].write { try $0.join(ids[0], ids[1]) }
    try bureau.exchange()
    #expect(try bureau.plan(ids[1], on: 1) == "abcd")
    #expect(try bureau.onlyConflict(on: 1).item == .key(MapKey("母亲")))
    let (a, d) = (try bureau.element(0, of: ids[0], on: 1), try bureau.element(3, of: ids[0], on: 1))
    try bureau.edit(ids[1], on: 1) { transaction, field in
      try transaction.set(ids[1], field, element: a, to: .text("A"))
      let new = try transaction.insert(ids[0], field, [.text("x")], after: d)
      try transaction.move(ids[0], field, element: new[0], after: a)
    }
    try bureau.replicas[1].write { try $0.set(ids[1], contacts, key: "母亲", to: .text("3")) }
    try bureau.exchange()
    for index in 0...1 {
      #expect(try bureau.plan(ids[0], on: index) == "Axbcd")
      #expect(try bureau.replicas[index].conflictCount() == 0)
    }
    try bureau.expectEqual()
  }

  @Test("a reference in a list or map to a deleted record is a problem; taking it out settles that")
  func references() throws {
    let bureau = try Bureau(
      schema: SchemaDraft([
        KindDraft(
          "pupil", Labels("学生", "pupil"),
          [
            FieldDraft("friends", Labels("好友", "friends"), .reference, container: .list, target: "pupil"),
            FieldDraft("kin", Labels("亲属", "kin"), .reference, container: .map, target: "pupil"),
          ])
      ]))
    let (friends, kin) = (try bureau.field("friends"), try bureau.field("kin"))
    let kind = try bureau.kind()
    let target = try bureau.replicas[0].write { try $0.create(kind) }
    let scope = try #require(try bureau.replicas[0].record(target)).scope
    let reference = Value.reference(Reference(target, in: scope))
    let id = try bureau.replicas[0].write {
      try $0.create(kind, [friends: [reference]], maps: [kin: [("姐姐", reference)]])
    }
    #expect(throws: StoreError.self) { try bureau.replicas[0].write { try $0.delete(target) } }
    try bureau.exchange()
    try bureau.replicas[1].write { try $0.delete(target, force: true) }
    try bureau.exchange()
    let found = try bureau.replicas[0].problems().filter { $0.record == id }
    #expect(Set(found.compactMap(\.field)) == [friends, kin])
    try bureau.replicas[0].write {
      try $0.clearReference(in: id, friends, to: Reference(target, in: scope))
      try $0.clearReference(in: id, kin, to: Reference(target, in: scope))
    }
    #expect(try bureau.replicas[0].problems().filter { $0.record == id }.isEmpty)
    try bureau.exchange()
    try bureau.expectEqual()
  }

  @Test("an element or place that is not there is refused, and so is a value of another type")
  func refused() throws {
    let bureau = try Bureau(schema: itemSchema)
    let id = try bureau.pupil(planning: "a")
    let nobody = EntryID(Dot(ReplicaID(rawValue: 5), 9))
    #expect(throws: StoreError.self) { try bureau.edit(id, on: 0) { try $0.move(id, $1, element: nobody, after: nil) } }
    #expect(throws: StoreError.self) { try bureau.edit(id, on: 0) { try $0.set(id, $1, element: nobody, to: nil) } }
    #expect(throws: StoreError.self) {
      try bureau.edit(id, on: 0) { _ = try $0.insert(id, $1, [.integer(1)], after: nil) }
    }
    #expect(throws: StoreError.self) { try bureau.edit(id, on: 0) { try $0.set(id, $1, to: .text("x")) } }
    #expect(try bureau.plan(id, on: 0) == "a")
  }
}

@Suite("Maps")
struct MapTests {
  @Test("R-5 two people who begin one map at once fill one map")
  func begunTwice() throws {
    let bureau = try Bureau(schema: itemSchema)
    let id = try bureau.pupil()
    let contacts = try bureau.field("contacts")
    try bureau.replicas[0].write { transaction in
      try transaction.set(id, contacts, key: "母亲", to: .text("1"))
      try transaction.set(id, contacts, key: "奶奶", to: .text("2"))
    }
    try bureau.replicas[1].write { transaction in
      try transaction.set(id, contacts, key: "父亲", to: .text("3"))
      try transaction.set(id, contacts, key: "奶奶", to: .text("4"))
    }
    try bureau.exchange()
    for index in 0...1 {
      #expect(Set(try bureau.items(id, "contacts", on: index).compactMap(\.key)) == ["母亲", "父亲", "奶奶"])
    }
    let conflict = try bureau.onlyConflict(on: 0)
    #expect(conflict.item == .key(MapKey("奶奶")))
    #expect(conflict.field == contacts)
    try bureau.replicas[0].write { try $0.resolve(id, contacts, item: conflict.item, takingSide: 2) }
    try bureau.exchange()
    #expect(try bureau.replicas[1].conflictCount() == 0)
    try bureau.expectEqual()
  }

  @Test("R-3 a key that one takes away and another sets stays, with a notice")
  func takenAndSet() throws {
    let bureau = try Bureau(schema: itemSchema)
    let contacts = try bureau.field("contacts")
    let id = try bureau.replicas[0].write {
      try $0.create(try bureau.kind(), maps: [contacts: [("母亲", .text("1")), ("父亲", .text("2"))]])
    }
    try bureau.exchange()
    try bureau.replicas[0].write { transaction in
      try transaction.set(id, contacts, key: "母亲", to: nil)
      try transaction.set(id, contacts, key: "父亲", to: nil)
    }
    try bureau.replicas[1].write { try $0.set(id, contacts, key: "母亲", to: .text("3")) }
    let report = try bureau.give(0, to: 1)
    #expect(report.notices.contains { $0.class == .cleared && $0.item == .key(MapKey("母亲")) })
    try bureau.exchange()
    for index in 0...1 {
      let items = try bureau.items(id, "contacts", on: index)
      #expect(items.map(\.key) == ["母亲"])
      #expect(items.first?.shown == [.text("3")])
    }
    _ = try bureau.replicas[0].undo()
    #expect(try bureau.items(id, "contacts", on: 0).compactMap(\.key).contains("父亲"))
    try bureau.exchange()
    try bureau.expectEqual()
  }

  @Test("the merge rule of the field holds for each key; keys that only look alike are two")
  func rules() throws {
    let bureau = try Bureau(schema: itemSchema)
    let id = try bureau.pupil()
    let marks = try bureau.field("marks")
    for (index, value) in [(0, 7), (1, 9)] {
      try bureau.replicas[index].write { transaction in
        try transaction.set(id, marks, key: "语文", to: .integer(Int64(value)))
        try transaction.set(id, marks, key: index == 0 ? "e\u{301}" : "\u{e9}", to: .integer(1))
      }
    }
    try bureau.exchange()
    let items = try bureau.items(id, "marks", on: 1)
    #expect(items.count == 3)
    #expect(items.first { $0.key == "语文" }?.shown == [.integer(9)])
    #expect(try bureau.replicas[0].conflictCount() == 0)
    try bureau.expectEqual()
  }

  @Test("R-6 a text, a list and a map in one field are all kept, and shown as the definition says")
  func threeContainers() throws {
    let bureau = try Bureau(3, schema: itemSchema)
    let id = try bureau.pupil()
    let field = try bureau.field("contacts")
    // Each laptop knows another definition of the field.
    for (index, container) in ["register", "list", "map"].enumerated() {
      try bureau.replicas[index].write { try $0.set(field, BuiltIn.fieldContainer, to: .text(container)) }
      try bureau.replicas[index].write { transaction in
        switch index {
        case 0: try transaction.set(id, field, to: .text("text"))
        case 1: try transaction.insert(id, field, [.text("element")], after: nil)
        default: try transaction.set(id, field, key: "key", to: .text("under the key"))
        }
      }
    }
    try bureau.exchange()
    try bureau.expectEqual()
    let canonical = try bureau.canonical(0).flatMap(\.records).first { $0.id == id }
    let kept = try #require(canonical).fields.filter { $0.key.id == field }
    #expect(Set(kept.map(\.key.container)) == [.register, .list, .map])
    // Whatever the definition is settled to be, that content is shown, and nothing is lost.
    for (container, shown) in [("list", "element"), ("map", "under the key"), ("register", "text")] {
      try bureau.replicas[0].write { try $0.set(field, BuiltIn.fieldContainer, to: .text(container)) }
      try bureau.exchange()
      for index in 0...2 {
        #expect(try bureau.shown(id, "contacts", on: index) == [.text(shown)])
        // The other two stand beside it.
        let others = try bureau.replicas[index].record(id)?["contacts"]?.otherForms ?? []
        #expect(
          Set(others.flatMap(\.values) + [.text(shown)]) == [.text("text"), .text("element"), .text("under the key")])
      }
      try bureau.expectEqual()
    }
  }

  @Test("other tools read a list as a JSON array and a map as a JSON object")
  func columns() throws {
    let bureau = try Bureau(schema: itemSchema)
    let (plan, contacts) = (try bureau.field("plan"), try bureau.field("contacts"))
    let values = [Value.text("a\"b"), .text("c\\\n")]
    let id = try bureau.replicas[0].write {
      try $0.create(try bureau.kind(), [plan: values], maps: [contacts: [("k\"", .text("v\\")), ("l", .text(""))]])
    }
    try bureau.reopen(0)
    #expect(try bureau.shown(id, "plan", on: 0) == values)
    #expect(try bureau.items(id, "contacts", on: 0).map(\.key) == ["k\"", "l"])
    #expect(try bureau.items(id, "contacts", on: 0).map(\.shown) == [[.text("v\\")], [.text("")]])
    try bureau.exchange()
    try bureau.expectEqual()
  }
}
