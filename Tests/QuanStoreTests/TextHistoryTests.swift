import Quan
import QuanTesting
import Testing

private let notesSchema = SchemaDraft([
  KindDraft("visit", Labels("家访", "visit"), [FieldDraft("notes", Labels("记录", "notes"), container: .text)])
])

@Suite("The history of collaborative texts")
struct TextHistoryTests {
  private let bureau: Bureau
  private let notes: FieldID

  init() throws {
    bureau = try Bureau(2, schema: notesSchema)
    notes = try bureau.field("notes", of: "visit")
  }

  private func visit(_ text: String) throws -> RecordID {
    let id = try bureau.replicas[0].write { try $0.create(try bureau.kind("visit"), [notes: [.text(text)]]) }
    try bureau.exchange()
    return id
  }

  private func text(_ record: Record?) -> String {
    if case .text(let text)? = record?["notes"]?.shown.first { text } else { "" }
  }

  private func now(_ id: RecordID, on index: Int = 0) throws -> String { text(try bureau.replicas[index].record(id)) }

  @Test("L-6 a text at a version reads as it read when the version was current")
  func versions() throws {
    let id = try visit("起")
    var random = SeededGenerator(seed: 3)
    var seen: [(version: VersionVector, index: Int, text: String)] = []
    for round in 0..<24 {
      let index = Int.random(in: 0..<2, using: &random)
      try bureau.replicas[index].write { transaction in
        let count = try transaction.textCount(id, notes)
        let place = Int.random(in: 0...count, using: &random)
        if round % 3 == 2 { try transaction.delete(place..<min(count, place + 2), from: id, notes) }
        try transaction.insert("第\(round)次", at: min(place, try transaction.textCount(id, notes)), in: id, notes)
      }
      seen.append((try bureau.replicas[index].vector(), index, try now(id, on: index)))
      if random.chance(0.3) { try bureau.exchange() }
    }
    try bureau.exchange()
    for moment in seen {
      for replica in bureau.replicas {
        #expect(text(try replica.record(id, at: .holding(moment.version))) == moment.text)
      }
    }
    #expect(text(try bureau.replicas[1].record(id, at: .now)) == (try now(id)))
  }

  @Test("a whole new text of joined records changes each text where it stands, and loses none")
  func joined() throws {
    let ids = try ["第一家访记录。", "第二家访记录。", "", "第二家访记录。"].map { try visit($0) }
    try bureau.replicas[0].write { transaction in
      for id in ids.dropFirst() { try transaction.join(ids[0], id) }
    }
    try bureau.exchange()
    func texts() throws -> [String] {
      try bureau.replicas[0].write { transaction in try ids.map { try transaction.text($0, notes) } }
    }
    func write(_ text: String) throws {
      try bureau.replicas[0].write { try $0.setText(ids[0], notes, to: text) }
      #expect(try now(ids[0]) == text)
      #expect(try bureau.replicas[0].write { try $0.wholeText(ids[0], notes) } == text)
    }
    #expect(try now(ids[0]) == "第一家访记录。\n第二家访记录。")
    try write("第壹家访记录。\n第二家访记录。")
    #expect(try texts() == ["第壹家访记录。", "第二家访记录。", "", "第二家访记录。"])
    try write("第壹家访记录。\n第二次家访记录，补。")
    #expect(try texts() == ["第壹家访记录。", "第二次家访记录，补。", "", "第二次家访记录，补。"])
    let passages = try bureau.replicas[0].passages(of: ids[0], notes).map(\.text)
    #expect(passages.contains("家访记录"), "\(passages)")
    // Without the line break between them both stand in the first.
    try write("第壹家访记录。第二次家访记录，补。")
    #expect(try texts() == ["第壹家访记录。第二次家访记录，补。", "", "", ""])
    try write("甲\n\n乙")
    try write("")
    try write("重写")
    try bureau.exchange()
    #expect(try now(ids[0], on: 1) == "重写")
  }

  @Test("edits of a text that cannot be read are told of by verify, and made anew from the log when they are needed")
  func damagedEdits() throws {
    let id = try visit("父亲在外打工。")
    for round in 0..<10 { try bureau.replicas[round % 2].write { try $0.insert("\(round)", at: 0, in: id, notes) } }
    try bureau.exchange()
    #expect(try bureau.replicas[0].verify().isEmpty)
    let before = try now(id)
    try bureau.replicas[1].write { try $0.insert("县城", at: 3, in: id, notes) }
    try bureau.replicas[0].close()
    try SQLFile(bureau.laptops[0].path).run("UPDATE quan_edit SET bytes=zeroblob(length(bytes))")
    let reopened = try Replica.open(at: bureau.laptops[0].path, environment: bureau.laptops[0].environment)
    #expect(try reopened.verify().map(\.invariant) == [11])
    #expect(text(try reopened.record(id)) == before)
    try reopened.write { try $0.insert("尾", at: try $0.textCount(id, notes), in: id, notes) }
    #expect(try reopened.verify().isEmpty)
    let path = bureau.laptops[1].path + ".quanbundle"
    _ = try bureau.replicas[1].writeBundle(to: path)
    _ = try reopened.apply(bundleAt: path)
    let whole = text(try reopened.record(id))
    #expect(whole.contains("县城") && whole.hasSuffix("尾"), "\(whole)")
    #expect(try reopened.verify().isEmpty)
  }

  @Test("edits that two people made in turns without seeing each other are looked at along their branches")
  func turns() throws {
    let id = try visit("起。")
    for round in 0..<40 {
      for index in 0..<2 {
        try bureau.replicas[index].write { transaction in
          let end = try transaction.textCount(id, notes)
          try transaction.insert(index == 0 ? "甲" : "乙", at: round % 2 == 0 ? 0 : end, in: id, notes)
        }
      }
    }
    let alone = try (0..<2).map { try now(id, on: $0) }
    try bureau.exchange()
    let whole = try now(id)
    #expect(try now(id, on: 1) == whole)
    #expect(try bureau.replicas[0].passages(of: id, notes).map(\.text).joined() == whole)
    #expect(
      alone
        == [20, 20].map { String(repeating: "甲", count: $0) + "起。" + String(repeating: "甲", count: $0) }
        .enumerated().map { $0.offset == 0 ? $0.element : $0.element.replacing("甲", with: "乙") })
  }

  @Test("passages tell who wrote what stands, in its order")
  func passages() throws {
    let id = try visit("父亲在外打工.")
    try bureau.replicas[0].write(author: "王老师") { try $0.insert("县城", at: 3, in: id, notes) }
    try bureau.replicas[1].write(author: "李老师") { transaction in
      try transaction.delete(0..<2, from: id, notes)
      try transaction.insert("母亲", at: 0, in: id, notes)
    }
    try bureau.exchange()
    for replica in bureau.replicas {
      let passages = try replica.passages(of: id, notes)
      #expect(passages.map(\.text).joined() == "母亲在县城外打工.")
      #expect(passages.map(\.text) == ["母亲", "在", "县城", "外打工."])
      #expect(passages.map(\.stamp.author)[0] == "李老师")
      #expect(passages.map(\.stamp.author)[2] == "王老师")
      #expect(passages[1].dot == id)
    }
    let before = try bureau.replicas[0].passages(of: id, notes, at: .before(change(of: id, last: 1)))
    #expect(before.map(\.text).joined() == "父亲在外打工.")
  }

  private func change(of id: RecordID, last: Int) throws -> ChangeID {
    let steps = try bureau.replicas[0].history(of: id)
    return steps[steps.count - last].change
  }

  @Test("a difference of versions names who edited a text last")
  func difference() throws {
    let id = try visit("第一段.")
    let before = try bureau.replicas[0].vector()
    try bureau.replicas[1].write(author: "李老师") { try $0.insert("第二段.", at: 4, in: id, notes) }
    try bureau.exchange()
    let difference = try #require(
      try bureau.replicas[0].differences(from: .holding(before), to: .now).first?.fields.first)
    #expect(difference.before == [.text("第一段.")] && difference.after == [.text("第一段.第二段.")])
    #expect(difference.stamp?.author == "李老师")
  }

  @Test("undoing an edit takes away what it typed and brings back what it deleted, and leaves others' work")
  func undo() throws {
    let id = try visit("父亲在外打工, 奶奶照料.")
    try bureau.replicas[0].write { transaction in
      try transaction.delete(6..<12, from: id, notes)
      try transaction.insert("县城", at: 3, in: id, notes)
    }
    #expect(try now(id) == "父亲在县城外打工.")
    let change = try change(of: id, last: 1)
    try bureau.exchange()
    try bureau.replicas[1].write { try $0.insert("今年", at: 0, in: id, notes) }
    try bureau.exchange()
    let report = try bureau.replicas[0].undo(change)
    #expect(report.operationCount == 1 && report.kept.isEmpty)
    #expect(try now(id) == "今年父亲在外打工, 奶奶照料.")
    // Once is enough; undoing the undoing is another matter.
    #expect(try bureau.replicas[0].undo(change).change == nil)
    _ = try bureau.replicas[0].undo(report.change)
    #expect(try now(id) == "今年父亲在县城外打工.")
    try bureau.exchange()
    try bureau.expectEqual()
  }

  @Test("undoing leaves deleted what others deleted too, and says so")
  func undoOfShared() throws {
    let id = try visit("甲乙丙丁")
    for replica in bureau.replicas { try replica.write { try $0.delete(1..<3, from: id, notes) } }
    let change = try change(of: id, last: 1)
    try bureau.exchange()
    let report = try bureau.replicas[0].undo(change)
    #expect(report.change == nil && report.kept.map(\.reason) == [.changedSince])
    #expect(try now(id) == "甲丁")
    try bureau.expectEqual()
  }

  @Test("edits that all have are let go of, and come back from the log for somebody who wrote without having seen them")
  func pruned() throws {
    let id = try visit("起")
    let early = try bureau.bundle(from: 0)
    func type(_ count: Int) throws {
      try bureau.replicas[0].batch { batch in
        for step in 0..<count {
          try batch.write { try $0.insert("x", at: (step * 7) % (try $0.textCount(id, notes) + 1), in: id, notes) }
        }
      }
      try bureau.exchange()
    }
    for _ in 0..<4 { try type(1500) }
    try bureau.replicas[0].close()
    let first = try SQLFile(bureau.laptops[0].path).run("SELECT min(first) FROM quan_edit")
    #expect(first != ["1"])
    bureau.replicas[0] = try bureau.laptops[0].open()

    let late = Laptop("L", in: bureau.folder, seed: 77)
    let newcomer = try late.join(from: early)
    try newcomer.write { try $0.insert("迟", at: 1, in: id, notes) }
    let path = bureau.folder.path + "/late"
    _ = try newcomer.writeBundle(to: path)
    for replica in bureau.replicas { try replica.apply(bundleAt: path) }
    let text = try now(id)
    #expect(text.count == 6002 && text.contains("迟"))
    #expect(try now(id, on: 1) == text)
    try newcomer.apply(bundleAt: try bureau.bundle(from: 0))
    #expect(self.text(try newcomer.record(id)) == text)
    try bureau.expectEqual()
    try newcomer.close()
  }
}
