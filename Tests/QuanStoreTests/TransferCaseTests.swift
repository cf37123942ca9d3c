import Quan
import QuanTesting
import Testing

@Suite("Merge cases: a pupil changes school")
struct TransferCaseTests {
  @Test("U-11 an accepted transfer: the pupil and what belongs to it continue in the other school, counted once")
  func accepted() throws {
    let schools = try TwoSchools()
    let bureau = schools.bureau
    let (pupil, visit, task) = try schools.household()
    // Two sides that nobody has settled yet go along.
    try bureau.set(pupil, "phone", .text("1"), on: 0)
    try bureau.set(pupil, "phone", .text("2"), on: 1)
    try bureau.exchange()
    #expect(try schools.replica(0).conflictCount() == 1)
    let transfer = try schools.replica(0).offer(pupil, to: schools.second, reason: "moved house")
    try bureau.exchange()
    // An offer changes nothing yet.
    #expect(try schools.listed(on: 1) == [pupil])
    let waiting = try #require(try schools.replica(1).transfers().first)
    #expect(waiting.id == transfer && waiting.state == .offered && waiting.count == 3)
    #expect(waiting.reason == "moved house" && waiting.record == pupil)

    let arrival = try schools.replica(1).accept(transfer)
    try bureau.exchange()
    for (index, replica) in bureau.replicas.enumerated() {
      #expect(try schools.listed(on: index) == [arrival.record])
      #expect(try schools.count(on: index) == 1 && schools.count("visit", on: index) == 1)
      #expect(try schools.count("task", on: index) == 1)
      #expect(try replica.search("泉泉").map(\.record) == [arrival.record])
      let record = try #require(try replica.record(arrival.record))
      #expect(record.scope == schools.second)
      #expect(record["name"]?.shown == [.text("泉泉")] && record["visits"]?.shown == [.integer(3)])
      #expect(Set(record["tags"]?.shown ?? []) == [.text("a"), .text("b")])
      #expect(record["plan"]?.shown == [.text("first"), .text("second")])
      #expect(record["story"]?.shown == [.text("在家")])
      #expect(record["contacts"]?.items.map(\.shown) == [[.text("2")], [.text("1")]])
      #expect(Set(record["phone"]?.sides.map(\.value) ?? []) == [.text("1"), .text("2")])
      // Its conflict is settled where it is now, once.
      #expect(try replica.conflicts().map(\.record) == [arrival.record])
      // What belongs to it refers to where it is now; that it looks at a friend in the other school stays true.
      let seen = try #require(try schools.listed("visit", on: index).first)
      #expect(seen != visit)
      let reference = Value.reference(Reference(arrival.record, in: schools.second))
      #expect(try replica.record(seen)?["pupil"]?.shown == [reference])
      let work = try #require(try schools.listed("task", on: index).first)
      #expect(work != task)
      #expect(try replica.record(work)?["visit"]?.shown == [.reference(Reference(seen, in: schools.second))])
      #expect(try replica.record(work)?["friend"]?.shown == [reference])
      #expect(try replica.problems() == [])
      // Where it was it can still be looked at, and says where it went.
      let gone = try #require(try replica.transfers(about: pupil).first)
      #expect(gone.state == .accepted && gone.results == [arrival.record])
      #expect(try replica.transfers(about: visit).map(\.id) == [transfer])
      #expect(try replica.record(pupil)?["name"]?.shown == [.text("泉泉")])
      #expect(throws: StoreError.self) { try bureau.set(pupil, "name", .text("x"), on: index) }
      let past = try #require(try replica.continuations(of: arrival.record).first)
      #expect(past.record == Reference(pupil, in: schools.first) && past.isHeld && past.transfer?.record == transfer)
      let phone = try bureau.field("phone")
      #expect(past.origins.filter { $0.field == phone }.map(\.laptop).sorted() == ["A", "B"])
      #expect(Set(past.origins.filter { $0.field == phone }.map(\.stamp.author)) == ["author A", "author B"])
    }
    try schools.expectSound()
  }

  @Test("who holds only the new school accepts what was laid ready there, and sees who wrote what came")
  func acceptedWithoutTheOldScope() throws {
    let schools = try TwoSchools()
    let bureau = schools.bureau
    let (pupil, _, _) = try schools.household()
    let transfer = try schools.replica(0).offer(pupil, to: schools.second)
    let path = try bureau.bundle(from: 0, lackedBy: try schools.all(of: [schools.first], on: 0))
    let other = try Laptop("N", in: bureau.folder, seed: 7).join(from: path)
    #expect(try other.record(pupil) == nil && TwoSchools.listed("pupil", other) == [])
    let waiting = try #require(try other.transfers().first)
    #expect(waiting.id == transfer && waiting.record == pupil && waiting.from == schools.first)
    let arrival = try other.accept(transfer)
    #expect(arrival.count == 3 && !arrival.isForwarded)
    #expect(try TwoSchools.listed("pupil", other) == [arrival.record])
    #expect(try other.problems() == [] && other.verify() == [])
    let past = try #require(try other.continuations(of: arrival.record).first)
    #expect(!past.isHeld && past.origins.allSatisfy { $0.laptop == "A" && $0.stamp.author == "author A" })
    #expect(try other.transfers().isEmpty)
    #expect(throws: StoreError.self) { try other.accept(transfer) }
    // The school that it left learns of it, also without the other's records.
    let back = bureau.folder.path + "/back"
    _ = try other.writeBundle(to: back, lackedBy: VersionVector())
    try schools.replica(0).apply(bundleAt: back)
    try bureau.exchange()
    #expect(try schools.listed(on: 1) == [arrival.record])
    try schools.expectSound()
  }

  @Test("two laptops that accept one transfer at once have accepted it once", arguments: [false, true])
  func acceptedTwice(afterEdits: Bool) throws {
    let schools = try TwoSchools(3)
    let bureau = schools.bureau
    let (pupil, _, _) = try schools.household()
    let transfer = try schools.replica(0).offer(pupil, to: schools.second)
    try bureau.exchange()
    let one = try schools.replica(1).accept(transfer).record
    let two = try schools.replica(2).accept(transfer).record
    if afterEdits {
      try bureau.set(one, "name", .text("源源"), on: 1)
      try bureau.set(two, "number", .text("2025-002"), on: 2)
    }
    try bureau.exchange()
    for (index, replica) in bureau.replicas.enumerated() {
      #expect(try schools.listed(on: index) == [min(one, two)])
      #expect(try schools.count(on: index) == 1 && schools.count("visit", on: index) == 1)
      #expect(try replica.joined(one) == [one, two].sorted())
      #expect(try replica.problems() == [])
      #expect(try bureau.shown(one, "visits", on: index) == [.integer(3)])
      #expect(throws: StoreError.self) { try replica.write { try $0.separate(one) } }
    }
    try schools.expectSound()
  }

  @Test("of a pupil who was entered twice both texts come along, one behind the other, and a later edit follows them")
  func joinedTexts() throws {
    let schools = try TwoSchools()
    let bureau = schools.bureau
    let (pupil, _, _) = try schools.household()
    let (again, _, _) = try schools.household()
    let story = try bureau.field("story")
    try schools.replica(0).write { transaction in
      try transaction.setText(again, story, to: "寄住亲戚家")
      _ = try transaction.join(pupil, again)
    }
    let transfer = try schools.replica(0).offer(pupil, to: schools.second)
    try bureau.exchange()
    let record = try schools.replica(1).accept(transfer).record
    try bureau.exchange()
    for index in 0..<2 {
      let shown = try bureau.shown(record, "story", on: index)
      #expect(shown == [.text("在家\n寄住亲戚家")] || shown == [.text("寄住亲戚家\n在家")])
      #expect(try schools.replica(index).verify() == [])
    }
    // What was written is there to be read again, from the log as well.
    for replica in bureau.replicas {
      let path = bureau.folder.path + "/whole.quanbundle"
      try replica.writeBundle(to: path)
      try Replica.changes(ofBundleAt: path) { _, _ in }
    }
    try schools.expectSound()
  }

  @Test("a text that both schools changed is merged when the old school's change is forwarded")
  func textChangedInBoth() throws {
    let schools = try TwoSchools()
    let bureau = schools.bureau
    let (pupil, _, _) = try schools.household()
    let story = try bureau.field("story")
    try schools.replica(0).write { try $0.setText(pupil, story, to: "父亲在外打工。奶奶照料。") }
    try bureau.exchange()
    let transfer = try schools.replica(0).offer(pupil, to: schools.second)
    let record = try schools.replica(0).accept(transfer).record
    try schools.replica(0).write { try $0.insert("新学校记。", at: 12, in: record, story) }
    try schools.replica(1).write { try $0.replace(0..<2, with: "母亲", in: pupil, story) }
    try bureau.exchange()
    #expect(try schools.troubles(on: 0)[pupil] == ["edited"])
    _ = try schools.replica(1).accept(try schools.replica(1).offer(pupil, to: schools.second))
    try bureau.exchange()
    for index in 0..<2 {
      #expect(try bureau.shown(record, "story", on: index) == [.text("母亲在外打工。奶奶照料。新学校记。")])
      #expect(try schools.replica(index).problems() == [])
    }
    try schools.expectSound()
  }

  @Test(
    "texts of joined records that only look alike are two wherever they are read: shown, whole, and in the other school"
  )
  func alikeTexts() throws {
    let schools = try TwoSchools()
    let bureau = schools.bureau
    let pupils = try [schools.household().pupil, schools.household().pupil].sorted()
    let story = try bureau.field("story")
    try schools.replica(0).write { transaction in
      try transaction.setText(pupils[0], story, to: "caf\u{e9}")
      try transaction.setText(pupils[1], story, to: "cafe\u{301}")
      _ = try transaction.join(pupils[0], pupils[1])
    }
    let both = "caf\u{e9}\ncafe\u{301}".unicodeScalars
    func shown(_ id: RecordID, on index: Int) throws -> String.UnicodeScalarView {
      if case .text(let text)? = try bureau.shown(id, "story", on: index).first { text.unicodeScalars } else { .init() }
    }
    let whole = try schools.replica(0).write { try $0.wholeText(pupils[0], story) }
    #expect(whole.unicodeScalars.elementsEqual(both))
    try bureau.exchange()
    for index in 0..<2 { #expect(try shown(pupils[0], on: index).elementsEqual(both)) }
    let transfer = try schools.replica(0).offer(pupils[0], to: schools.second)
    try bureau.exchange()
    let record = try schools.replica(1).accept(transfer).record
    try bureau.exchange()
    for index in 0..<2 { #expect(try shown(record, on: index).elementsEqual(both)) }
    try schools.expectSound()
  }

  @Test("an edit by somebody who did not know is listed until it is forwarded; it stands beside what was written since")
  func editedAfterwards() throws {
    let schools = try TwoSchools(3)
    let bureau = schools.bureau
    let (pupil, visit, _) = try schools.household()
    let transfer = try schools.replica(0).offer(pupil, to: schools.second)
    let record = try schools.replica(0).accept(transfer).record
    // Laptop B does not know yet; the new school writes too.
    try bureau.set(pupil, "phone", .text("139"), on: 1)
    try bureau.set(pupil, "name", .text("清清"), on: 1)
    try bureau.replicas[1].write { transaction in
      try transaction.add(pupil, try bureau.field("tags"), .text("c"))
      try transaction.remove(pupil, try bureau.field("tags"), .text("a"))
      try transaction.increment(pupil, try bureau.field("visits"), by: 2)
      try transaction.set(pupil, try bureau.field("contacts"), key: "mother", to: .text("9"))
      try transaction.insert(pupil, try bureau.field("plan"), [.text("third")], after: nil)
      try transaction.setText(pupil, try bureau.field("story"), to: "在家, 平安")
    }
    try bureau.replicas[1].write { try $0.set(visit, try bureau.field("summary", of: "visit"), to: .text("worse")) }
    try bureau.set(record, "name", .text("源源"), on: 0)
    try bureau.exchange()
    for index in 0..<3 {
      #expect(try schools.troubles(on: index)[pupil] == ["edited"])
      #expect(try schools.troubles(on: index)[visit] == ["edited"])
      #expect(try bureau.shown(record, "phone", on: index) == [])
    }
    let again = try schools.replica(1).offer(pupil, to: schools.second)
    try bureau.exchange()
    #expect(try schools.troubles(on: 2)[pupil] == ["edited"])
    let arrival = try schools.replica(2).accept(again)
    #expect(arrival.isForwarded && arrival.record == record)
    try bureau.exchange()
    for (index, replica) in bureau.replicas.enumerated() {
      #expect(try replica.problems() == [])
      let now = try #require(try replica.record(record))
      #expect(now["phone"]?.shown == [.text("139")])
      #expect(Set(now["name"]?.sides.map(\.value) ?? []) == [.text("清清"), .text("源源")])
      #expect(Set(now["tags"]?.shown ?? []) == [.text("b"), .text("c")])
      #expect(now["visits"]?.shown == [.integer(5)])
      #expect(now["contacts"]?.items.map(\.shown) == [[.text("2")], [.text("9")]])
      #expect(now["plan"]?.shown == [.text("first"), .text("second"), .text("third")])
      #expect(now["story"]?.shown == [.text("在家, 平安")])
      #expect(try schools.listed(on: index) == [record])
      let seen = try #require(try schools.listed("visit", on: index).first)
      #expect(try replica.record(seen)?["summary"]?.shown == [.text("worse")])
    }
    try schools.expectSound()
    #expect(throws: StoreError.self) { try schools.replica(1).accept(again) }
  }

  @Test("a visit that was recorded by somebody who did not know is listed, and goes along when it is forwarded")
  func stray() throws {
    let schools = try TwoSchools()
    let bureau = schools.bureau
    let (pupil, _, _) = try schools.household()
    let transfer = try schools.replica(0).offer(pupil, to: schools.second)
    let record = try schools.replica(0).accept(transfer).record
    let late = try schools.visit(pupil, "late", on: 1)
    try bureau.exchange()
    for index in 0..<2 {
      #expect(try schools.troubles(on: index)[late] == ["stray"])
      #expect(try schools.listed("visit", on: index).contains(late))
    }
    try schools.replica(1).accept(try schools.replica(1).offer(pupil, to: schools.second))
    try bureau.exchange()
    let reference = Value.reference(Reference(record, in: schools.second))
    for (index, replica) in bureau.replicas.enumerated() {
      #expect(try replica.problems() == [] && !schools.listed("visit", on: index).contains(late))
      let visits = try schools.listed("visit", on: index)
      #expect(visits.count == 2)
      for visit in visits { #expect(try replica.record(visit)?["pupil"]?.shown == [reference]) }
    }
    try schools.expectSound()
  }

  @Test(
    "deleted by somebody who did not know: listed; forwarded it deletes what nobody has touched since, else asks",
    arguments: [false, true])
  func deletedAfterwards(isEdited: Bool) throws {
    let schools = try TwoSchools()
    let bureau = schools.bureau
    let (pupil, _, _) = try schools.household()
    let record = try schools.replica(0).accept(try schools.replica(0).offer(pupil, to: schools.second)).record
    try schools.replica(1).write { try $0.delete(pupil, force: true) }
    if isEdited { try bureau.set(record, "name", .text("源源"), on: 0) }
    try bureau.exchange()
    for index in 0..<2 {
      #expect(try schools.troubles(on: index)[pupil] == ["deleted"])
      #expect(try schools.listed(on: index) == [record])
    }
    try schools.replica(1).accept(try schools.replica(1).offer(pupil, to: schools.second))
    try bureau.exchange()
    for (index, replica) in bureau.replicas.enumerated() {
      #expect(try schools.troubles(on: index) == [:])
      #expect(try replica.record(record)?.presence == (isEdited ? .disputed : .deleted))
      #expect(try replica.conflictCount() == (isEdited ? 1 : 0))
    }
    try schools.expectSound()
  }

  @Test("deleted before anybody accepted it: what was offered can still be accepted, and the deletion is listed")
  func deletedBeforeAccepting() throws {
    let schools = try TwoSchools()
    let (pupil, _, _) = try schools.household()
    let transfer = try schools.replica(0).offer(pupil, to: schools.second)
    let path = try schools.bureau.bundle(from: 0, lackedBy: try schools.all(of: [schools.first], on: 0))
    try schools.replica(1).write { try $0.delete(pupil, force: true) }
    let other = try Laptop("N", in: schools.bureau.folder, seed: 7).join(from: path)
    let record = try other.accept(transfer).record
    try other.sync(folder: schools.bureau.stick)
    try schools.bureau.exchange()
    for index in 0..<2 {
      #expect(try schools.troubles(on: index)[pupil] == ["deleted"])
      #expect(try schools.listed(on: index) == [record])
    }
    try schools.expectSound()
  }

  @Test("two offers to two schools at once, both accepted: listed at both and where it was, until one gives it up")
  func twoSchools() throws {
    let schools = try TwoSchools(3)
    let bureau = schools.bureau
    let third = try schools.makeThird()
    let (pupil, _, _) = try schools.household()
    let one = try schools.replica(0).offer(pupil, to: schools.second)
    let two = try schools.replica(1).offer(pupil, to: third)
    let second = try schools.replica(0).accept(one).record
    let last = try schools.replica(1).accept(two).record
    try bureau.exchange()
    for index in 0..<3 {
      let troubles = try schools.troubles(on: index)
      for record in [pupil, second, last] { #expect(troubles[record] == ["twice"]) }
      #expect(try Set(schools.listed(on: index)) == [second, last])
      #expect(try schools.replica(index).problems(class: .unique).count == 1)
    }
    try schools.expectSound()
    try schools.replica(2).decline(two, isAfterwards: true)
    try bureau.exchange()
    for index in 0..<3 {
      #expect(try schools.replica(index).problems() == [] && schools.listed(on: index) == [second])
      #expect(try schools.listed("visit", on: index).count == 1)
    }
    try schools.expectSound()
  }

  @Test("an offer that is on its way is not made twice; one that was declined may be made again")
  func offeredAgain() throws {
    let schools = try TwoSchools()
    let (pupil, _, _) = try schools.household()
    let one = try schools.replica(0).offer(pupil, to: schools.second)
    #expect(throws: StoreError.self) { try schools.replica(0).offer(pupil, to: schools.second) }
    try schools.bureau.exchange()
    try schools.replica(1).decline(one)
    try schools.bureau.exchange()
    for index in 0..<2 { #expect(try schools.replica(index).transfers().first?.state == .declined) }
    let two = try schools.replica(0).offer(pupil, to: schools.second)
    try schools.bureau.exchange()
    let record = try schools.replica(1).accept(two).record
    try schools.bureau.exchange()
    for index in 0..<2 { #expect(try schools.listed(on: index) == [record]) }
    try schools.expectSound()
  }

  @Test("accepted and declined at once is accepted")
  func acceptedAndDeclined() throws {
    let schools = try TwoSchools(3)
    let (pupil, _, _) = try schools.household()
    let transfer = try schools.replica(0).offer(pupil, to: schools.second)
    try schools.bureau.exchange()
    let record = try schools.replica(1).accept(transfer).record
    try schools.replica(2).decline(transfer)
    try schools.bureau.exchange()
    for index in 0..<3 { #expect(try schools.listed(on: index) == [record]) }
    try schools.expectSound()
  }

  @Test(
    "withdrawn or undone before anybody accepted, nothing has happened; at once with that, it is accepted and listed",
    arguments: [false, true], [false, true])
  func withdrawn(isRacing: Bool, byUndo: Bool) throws {
    let schools = try TwoSchools()
    let (pupil, _, _) = try schools.household()
    let transfer = try schools.replica(0).offer(pupil, to: schools.second)
    try schools.bureau.exchange()
    let record = isRacing ? try schools.replica(1).accept(transfer).record : nil
    if byUndo {
      let change = try #require(try schools.replica(0).changes(matching: transfer.description).first)
      _ = try schools.replica(0).undo(change.change)
    } else {
      try schools.replica(0).withdraw(transfer)
    }
    try schools.bureau.exchange()
    for index in 0..<2 {
      #expect(try schools.listed(on: index) == [record ?? pupil])
      #expect(try schools.troubles(on: index)[pupil] == (isRacing ? ["withdrawn"] : nil))
      if !isRacing { #expect(throws: StoreError.self) { try schools.replica(index).accept(transfer) } }
    }
    try schools.expectSound()
    guard isRacing else { return }
    // Whoever finds that it is right so brings the transfer back.
    try schools.replica(0).write { try $0.restore(transfer) }
    try schools.bureau.exchange()
    for index in 0..<2 { #expect(try schools.replica(index).problems() == []) }
    try schools.expectSound()
  }

  @Test("a pupil who comes back is handed over again, and the whole way is there")
  func back() throws {
    let schools = try TwoSchools()
    let (pupil, _, _) = try schools.household()
    let there = try schools.replica(0).accept(try schools.replica(0).offer(pupil, to: schools.second)).record
    let back = try schools.replica(0).accept(try schools.replica(0).offer(there, to: schools.first)).record
    try schools.bureau.exchange()
    for index in 0..<2 {
      #expect(try schools.listed(on: index) == [back] && schools.listed("visit", on: index).count == 1)
      let replica = schools.replica(index)
      #expect(try replica.continuations(of: back).map(\.record.record) == [there])
      #expect(try replica.continuations(of: there).map(\.record.record) == [pupil])
      #expect(try replica.problems() == [])
    }
    try schools.expectSound()
  }

  @Test("offer, two acceptances, late edits, a withdrawal and another offer: the same in every order of delivery")
  func everyOrder() throws {
    let schools = try TwoSchools(4)
    let bureau = schools.bureau
    let third = try schools.makeThird()
    let (pupil, visit, _) = try schools.household()
    let start = try schools.replica(0).vector()
    let base = try bureau.bundle(from: 0)
    var paths: [String] = []
    let transfer = try schools.replica(0).offer(pupil, to: schools.second)
    paths.append(try bureau.bundle(from: 0, lackedBy: start))
    try schools.replica(1).apply(bundleAt: paths[0])
    try schools.replica(2).apply(bundleAt: paths[0])
    // Two accept it, one of them offers another way; somebody who knows of nothing edits, and the first one withdraws.
    try schools.replica(1).accept(transfer)
    paths.append(try bureau.bundle(from: 1, lackedBy: try schools.replica(0).vector()))
    try schools.replica(2).accept(transfer)
    paths.append(try bureau.bundle(from: 2, lackedBy: try schools.replica(0).vector()))
    try bureau.set(pupil, "name", .text("清清"), on: 3)
    try schools.replica(3).write { try $0.delete(visit, force: true) }
    let other = try schools.replica(3).offer(pupil, to: third)
    try schools.replica(3).accept(other)
    paths.append(try bureau.bundle(from: 3, lackedBy: start))
    let before = try schools.replica(0).vector()
    try schools.replica(0).withdraw(transfer)
    paths.append(try bureau.bundle(from: 0, lackedBy: before))

    var expected: (scopes: [CanonicalScope], troubles: [RecordID: Set<String>], listed: [RecordID])?
    for (number, order) in permutations(paths.count).enumerated() {
      let replica = try Laptop("R\(number)", in: bureau.folder, seed: 5).join(from: base)
      for place in order { try replica.apply(bundleAt: paths[place]) }
      let found = (
        scopes: try bureau.canonical(replica).map { scope in
          CanonicalScope(
            records: scope.records.filter { $0.kind != BuiltIn.replicaKind }, vector: VersionVector())
        }, troubles: try TwoSchools.troubles(replica), listed: try TwoSchools.listed("pupil", replica).sorted()
      )
      if let expected {
        #expect(
          found.scopes == expected.scopes && found.troubles == expected.troubles && found.listed == expected.listed,
          "order \(order)")
      } else {
        expected = found
        #expect(found.troubles[pupil] == ["edited", "twice", "withdrawn"])
        #expect(found.troubles[visit]?.contains("deleted") == true)
        #expect(found.listed.count == 2)
      }
      if number % 24 == 0 { #expect(try replica.verify() == []) }
      try replica.close()
    }
  }
}
