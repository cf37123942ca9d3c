import Quan
import QuanTesting
import Testing

/// Kinds whose records stand as they were recorded.
@Suite("Kinds that are only added to")
struct AppendOnlyTests {
  private static func note(isAppendOnly: Bool) -> SchemaDraft {
    SchemaDraft([
      KindDraft(
        "note", Labels("随访", "note"), isAppendOnly: isAppendOnly,
        [
          FieldDraft("topic", Labels("主题", "topic")), FieldDraft("tags", Labels("标签", "tags"), container: .set),
          FieldDraft("calls", Labels("次数", "calls"), .integer, container: .counter),
          FieldDraft("phones", Labels("电话", "phones"), container: .map),
          FieldDraft("steps", Labels("步骤", "steps"), container: .list),
          FieldDraft("text", Labels("记录", "text"), container: .text),
        ])
    ])
  }

  /// Two laptops that know of one note.
  private struct Scene {
    let bureau: Bureau
    let note: RecordID

    init(isAppendOnly: Bool = true) throws {
      bureau = try Bureau(2, schema: AppendOnlyTests.note(isAppendOnly: isAppendOnly))
      let (kind, topic) = (try bureau.kind("note"), try bureau.field("topic", of: "note"))
      let tags = try bureau.field("tags", of: "note")
      note = try bureau.replicas[0].write { try $0.create(kind, [topic: [.text("失眠")], tags: [.text("甲")]]) }
      try bureau.exchange()
    }

    func field(_ name: String) throws -> FieldID { try bureau.field(name, of: "note") }

    /// Expects that a write is refused, and writes nothing.
    func expectRefused(
      on index: Int = 0, _ location: SourceLocation = #_sourceLocation, _ act: (inout Transaction) throws -> Void
    ) throws {
      let before = try bureau.canonical(index)
      let error = #expect(throws: StoreError.self, sourceLocation: location) {
        try bureau.replicas[index].write { try act(&$0) }
      }
      #expect(error?.code == .refused && error?.subject.contains("note") == true, sourceLocation: location)
      #expect(try bureau.canonical(index) == before, sourceLocation: location)
    }
  }

  @Test("a recorded one is not edited in any field, nor deleted, on any laptop")
  func refused() throws {
    let scene = try Scene()
    let id = scene.note
    let (topic, tags, calls) = (try scene.field("topic"), try scene.field("tags"), try scene.field("calls"))
    let (phones, steps, text) = (try scene.field("phones"), try scene.field("steps"), try scene.field("text"))
    for index in [0, 1] {
      try scene.expectRefused(on: index) { try $0.set(id, topic, to: .text("失眠")) }
      try scene.expectRefused(on: index) { try $0.set(id, topic, to: nil) }
      try scene.expectRefused(on: index) { try $0.add(id, tags, .text("乙")) }
      try scene.expectRefused(on: index) { try $0.remove(id, tags, .text("甲")) }
      try scene.expectRefused(on: index) { try $0.increment(id, calls, by: 1) }
      try scene.expectRefused(on: index) { try $0.set(id, phones, key: "母亲", to: .text("1")) }
      try scene.expectRefused(on: index) { _ = try $0.insert(id, steps, [.text("一")], after: nil) }
      try scene.expectRefused(on: index) { try $0.insert("好转", at: 0, in: id, text) }
      try scene.expectRefused(on: index) { try $0.setText(id, text, to: "好转") }
      try scene.expectRefused(on: index) { try $0.delete(id) }
      try scene.expectRefused(on: index) { try $0.delete(id, force: true) }
    }
    #expect(try scene.bureau.replicas[0].record(id)?["topic"]?.shown == [.text("失眠")])
  }

  @Test("the write that makes one fills it in as it likes, and may drop it again")
  func created() throws {
    let scene = try Scene()
    let kind = try scene.bureau.kind("note")
    let (topic, calls, text) = (try scene.field("topic"), try scene.field("calls"), try scene.field("text"))
    let made = try scene.bureau.replicas[1].write { write in
      let dropped = try write.create(kind)
      try write.delete(dropped)
      let id = try write.create(kind)
      try write.set(id, topic, to: .text("来电"))
      try write.increment(id, calls, by: 2)
      try write.insert("哭泣", at: 0, in: id, text)
      return id
    }
    try scene.bureau.exchange()
    let record = try #require(try scene.bureau.replicas[0].record(made))
    #expect(record["topic"]?.shown == [.text("来电")] && record["calls"]?.shown == [.integer(2)])
    #expect(record["text"]?.shown == [.text("哭泣")])
    try scene.bureau.expectEqual()
  }

  @Test("undoing the change that recorded one leaves it, and says so")
  func undo() throws {
    let scene = try Scene()
    let change = try #require(try scene.bureau.replicas[0].log(limit: 1).first).id
    let report = try scene.bureau.replicas[0].undo(change)
    #expect(report.change == nil && report.operationCount == 0)
    #expect(report.kept == [UndoReport.Kept(record: scene.note, field: nil, reason: .appendOnly)])
    #expect(try scene.bureau.replicas[0].record(scene.note)?.presence == .present)
  }

  @Test("what laptops wrote before they knew comes in with its author, and what differs can be settled, once")
  func older() throws {
    let scene = try Scene(isAppendOnly: false)
    let bureau = scene.bureau
    let (kind, topic) = (try bureau.kind("note"), try scene.field("topic"))
    try bureau.replicas[0].write { try $0.set(scene.note, topic, to: .text("甲说")) }
    try bureau.replicas[0].write { try $0.set(kind, BuiltIn.kindAppendOnly, to: .triState(.yes)) }
    try bureau.replicas[1].write { try $0.set(scene.note, topic, to: .text("乙说")) }
    try bureau.exchange()
    try bureau.expectEqual()
    for index in [0, 1] {
      #expect(try bureau.onlyConflict(on: index).sides.count == 2)
      try scene.expectRefused(on: index) { try $0.set(scene.note, topic, to: .text("丙")) }
    }
    try bureau.replicas[1].write { try $0.resolve(scene.note, topic, to: .text("甲说")) }
    try bureau.exchange()
    for replica in bureau.replicas {
      #expect(try replica.conflictCount() == 0)
      #expect(try replica.record(scene.note)?["topic"]?.shown == [.text("甲说")])
    }
    try scene.expectRefused { try $0.set(scene.note, topic, to: .text("丙")) }
    try bureau.expectEqual()
  }

  @Test("one that a laptop deleted before it knew can be brought back, and two of one fact joined")
  func mended() throws {
    let scene = try Scene(isAppendOnly: false)
    let bureau = scene.bureau
    let (kind, topic) = (try bureau.kind("note"), try scene.field("topic"))
    try bureau.replicas[1].write { try $0.delete(scene.note) }
    try bureau.replicas[0].write { try $0.set(kind, BuiltIn.kindAppendOnly, to: .triState(.yes)) }
    try bureau.exchange()
    #expect(try bureau.replicas[0].record(scene.note)?.presence == .deleted)
    try bureau.replicas[0].write { try $0.restore(scene.note) }
    let again = try bureau.replicas[0].write { try $0.create(kind, [topic: [.text("失眠")]]) }
    _ = try bureau.replicas[0].write { try $0.join(scene.note, again) }
    try bureau.exchange()
    #expect(try bureau.replicas[1].record(again)?.presence == .present)
    try scene.expectRefused(on: 1) { try $0.set(again, topic, to: .text("丙")) }
    try bureau.expectEqual()
  }

  @Test("the property travels with the schema, and a laptop that joins has it")
  func travels() throws {
    let scene = try Scene()
    let newcomer = try scene.bureau.newcomer("C", from: 1)
    #expect(try newcomer.schema().kind(named: "note")?.isAppendOnly == true)
    #expect(throws: StoreError.self) { try newcomer.write { try $0.delete(scene.note) } }
  }
}
