import Quan
import QuanTesting
import Testing

private let searchedSchema = SchemaDraft([
  KindDraft(
    "pupil", Labels("学生", "pupil"),
    [
      FieldDraft("plan", Labels("计划", "plan"), container: .list),
      FieldDraft("contacts", Labels("联系人", "contacts"), container: .map),
      FieldDraft("tags", Labels("标签", "tags"), container: .set),
      FieldDraft("story", Labels("经过", "story"), container: .text),
      FieldDraft("marks", Labels("成绩", "marks"), .integer, container: .map),
    ])
])

@Suite("What is looked for in lists, maps, sets and texts")
struct SearchTests {
  private let bureau: Bureau
  private let id: RecordID

  init() throws {
    bureau = try Bureau(1, schema: searchedSchema)
    let bureau = bureau
    func field(_ name: String) throws -> FieldID { try bureau.field(name) }
    let kind = try bureau.kind()
    let values: [FieldID: [Value]] = [
      try field("plan"): [.text("他说\"好\""), .text("a\\b"), .text("一\n二\u{1}"), .text("Ａ［１］")],
      try field("tags"): [.text("x\"y"), .text("资助")], try field("story"): [.text("奶奶说: \"好\\坏\"。\n第二行")],
    ]
    let maps: [FieldID: [(key: String, value: Value)]] = [
      try field("contacts"): [("母亲\"小\"", .text("138\\0000")), ("姑姑", .text("在外{地}"))],
      try field("marks"): [("语文", .integer(99))],
    ]
    id = try bureau.replicas[0].write { try $0.create(kind, values, maps: maps) }
  }

  private func field(finding text: String) throws -> String? {
    let hits = try bureau.replicas[0].search(text)
    #expect(hits.allSatisfy { $0.record == id })
    return try hits.first.map { hit in
      try #require(try bureau.replicas[0].schema().kind(hit.kind)?.field(hit.field)).name
    }
  }

  @Test("what stands in an item is found, quotes, backslashes, line breaks and control characters included")
  func found() throws {
    for (text, name) in [
      ("\"好", "plan"), ("说\"好\"", "plan"), ("A\\B", "plan"), ("一\n二", "plan"), ("二\u{1}", "plan"), ("a[1]", "plan"),
      ("母亲\"小", "contacts"), ("138\\0", "contacts"), ("姑姑", "contacts"), ("{地}", "contacts"), ("X\"Y", "tags"),
      ("资助", "tags"), ("\"好\\坏\"", "story"), ("。\n第", "story"), ("＂好＼坏", "story"), ("＂好＂", "plan"),
    ] { #expect(try field(finding: text) == name, "\(text)") }
  }

  @Test(
    "how items stand in the file is not found: brackets, separators, escapes, and what only two items have together")
  func notFound() throws {
    for text in [
      "[\"", "\",\"", "\":\"", "\"]", "{\"", "\\\"", "\\\\", "u000a", "\\u00", "好\"\",\"a", "资助\"", "b一", "99",
    ] {
      #expect(try field(finding: text) == nil, "\(text)")
    }
  }

  @Test("what was changed is found as it is now, and a joined record by what either has")
  func changed() throws {
    let (plan, contacts) = (try bureau.field("plan"), try bureau.field("contacts"))
    let other = try bureau.replicas[0].write { try $0.create(try bureau.kind(), [plan: [.text("另\"一\"")]]) }
    try bureau.replicas[0].write { transaction in
      let first = try #require(try transaction.elements(id, plan).first?.element)
      try transaction.set(id, plan, element: first, to: .text("改\\了"))
      try transaction.set(id, contacts, key: "姑姑", to: nil)
      try transaction.join(id, other)
    }
    #expect(try field(finding: "\"好") == "story" && field(finding: "改\\了") == "plan")
    #expect(try field(finding: "姑姑") == nil)
    let hits = try bureau.replicas[0].search("另\"一")
    #expect(hits.map(\.record) == [[id, other].min()])
  }
}
