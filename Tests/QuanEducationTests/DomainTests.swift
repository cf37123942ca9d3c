import Quan
import QuanEducation
import Testing

/// The built-in schema against the table of the domain, which is written out as data.
@Suite("The built-in schema is that of the domain")
struct DomainTests {
  /// A kind as the table or the schema has it.
  private struct Kind: Hashable {
    var head: String
    var level: Sensitivity
    var fields: [String]

    var code: String { String(head.split(separator: " ")[0]) }
  }

  private static let table: [Kind] = {
    var kinds: [Kind] = []
    for line in DomainTable.text.split(separator: "\n") {
      var words = line.split(separator: " ").map(String.init)
      if words[0] == "#" {
        let level = Sensitivity(rawValue: words[2].filter { $0 != ":" })
        words.remove(at: 2)
        words[1] = words[1].filter { $0 != ":" }
        let head = words.dropFirst().joined(separator: " ").replacing("only-added:", with: "only-added")
        kinds.append(Kind(head: head, level: level ?? .confidential, fields: []))
      } else {
        kinds[kinds.count - 1].fields.append(words.joined(separator: " "))
      }
    }
    return kinds
  }()

  /// A kind of the schema, written as the table writes it.
  private static func line(_ kind: KindDraft) -> String {
    var words = [kind.code]
    if kind.isAppendOnly { words.append("only-added") }
    if !kind.naturalKeys.isEmpty { words.append(NaturalKey.write(kind.naturalKeys)) }
    return words.joined(separator: " ")
  }

  /// A field of the schema, written as the table writes it.
  private static func line(_ field: FieldDraft) -> String {
    var words = [field.code, FieldText.write(field.type, scale: field.scale)]
    if field.container != .register { words.append(FieldText.write(field.container)) }
    if !field.choices.isEmpty { words.append("{" + field.choices.map(\.code).joined(separator: ",") + "}") }
    if !field.target.isEmpty { words.append("->" + field.target) }
    if field.belongs { words.append("belongs") }
    words.append(field.sensitivity.rawValue)
    if field.rule != .ask { words.append(field.rule.text.replacing("by: ", with: "by:")) }
    return words.joined(separator: " ")
  }

  private static func kind(_ code: String) throws -> KindDraft {
    try #require(EducationSchema.draft.kinds.first { $0.code == code }, "\(code)")
  }

  @Test(
    "there are the kinds of the table and no others, in its order, with its natural keys, and only added where it says so"
  )
  func kinds() {
    #expect(Self.table.map(\.head) == EducationSchema.draft.kinds.map { Self.line($0) })
    #expect(Self.table.count == 30)
  }

  @Test("each kind has the fields of the table and no others: type, container, codes, target, level and merge rule")
  func fields() throws {
    for kind in Self.table {
      let lines = try Self.kind(kind.code).fields.map { Self.line($0) }
      for missing in kind.fields where !lines.contains(missing) { Issue.record("\(kind.code) lacks: \(missing)") }
      for other in lines where !kind.fields.contains(other) { Issue.record("\(kind.code) has: \(other)") }
      #expect(lines.count == kind.fields.count, "\(kind.code)")
    }
    #expect(Self.table.reduce(0) { $0 + $1.fields.count } > 300)
  }

  /// Who inspects or supervises is a person, in kinds that are otherwise open to all.
  private static let people: Set = [
    "school.supervisor", "school.supervisor_ref", "checklist_run.inspector", "checklist_run.inspector_ref",
    "family_activity.speakers", "family_activity.students",
  ]

  @Test("no field is above the level of its kind, some field has it, and in kinds about people none is open to all")
  func levels() throws {
    let order: [Sensitivity] = [.normal, .personal, .sensitive, .confidential]
    func rank(_ level: Sensitivity) -> Int { order.firstIndex(of: level) ?? 0 }
    for kind in Self.table {
      let fields = try Self.kind(kind.code).fields.filter { !Self.people.contains("\(kind.code).\($0.code)") }
      #expect(fields.map { rank($0.sensitivity) }.max() == rank(kind.level), "\(kind.code)")
      guard kind.level != .normal else { continue }
      for field in fields { #expect(field.sensitivity != .normal, "\(kind.code).\(field.code)") }
    }
  }

  @Test("what names a person who works there, or a school, has a reference beside it that takes a record")
  func references() throws {
    let staff = [
      "visit.lead_visitor", "visit.visitors", "visit.follow_up_owner", "visit_plan.owner", "ledger.responsible",
      "ledger.requested_by", "ledger.approved_by", "ledger_event.by", "determination.reviewed_by",
      "aid_award.override_approver", "care_case.owner", "tutoring.tutor", "checklist_run.inspector",
      "school.supervisor", "erasure.ordered_by", "merge_decision.who", "access_event.who", "export_event.who",
    ]
    let schools = ["student.school", "placement.school", "checklist_run.school", "imported_list.school"]
    for (names, target) in [(staff, "staff"), (schools, "school")] {
      for name in names {
        let parts = name.split(separator: ".").map(String.init)
        let fields = try Self.kind(parts[0]).fields
        let text = try #require(fields.first { $0.code == parts[1] }, "\(name)")
        let reference = try #require(fields.first { $0.code == parts[1] + "_ref" }, "\(name)_ref")
        #expect(text.type == .text && reference.type == .reference && reference.target == target, "\(name)")
        #expect(text.container == reference.container && text.sensitivity == reference.sensitivity, "\(name)")
      }
    }
  }

  @Test("the 56 ethnic groups of GB/T 3304 have its numbers, each with a name in both languages")
  func ethnicGroups() throws {
    let groups = try #require(try Self.kind("student").fields.first { $0.code == "ethnic_group" }).choices
    #expect(groups.map(\.code) == (1...56).map { $0 < 10 ? "0\($0)" : "\($0)" })
    #expect(groups.allSatisfy { $0.labels.chinese.hasSuffix("族") && !$0.labels.english.isEmpty })
    for (code, chinese, english) in [
      ("01", "汉族", "Han"), ("03", "回族", "Hui"), ("05", "维吾尔族", "Uygur"), ("11", "满族", "Man"),
      ("15", "土家族", "Tujia"), ("30", "土族", "Tu"), ("44", "俄罗斯族", "Russ"), ("56", "基诺族", "Jino"),
    ] {
      #expect(groups.first { $0.code == code }?.labels == Labels(chinese, english))
    }
  }

  @Test("disabilities are those of GB/T 26341, in four degrees")
  func disabilities() throws {
    let fields = try Self.kind("student").fields
    let kinds = fields.first { $0.code == "disability_type" }?.choices.map(\.labels.chinese)
    #expect(kinds == ["视力", "听力", "言语", "肢体", "智力", "精神", "多重"].map { $0 + "残疾" })
    #expect(fields.first { $0.code == "disability_level" }?.choices.map(\.code) == ["1", "2", "3", "4"])
  }

  @Test("nobody is asked for income, rank, a car or a criminal record, in any language")
  func notAsked() {
    let words = ["income_", "salary", "rank", "car_", "vehicle", "crim", "收入", "职级", "职务", "车", "前科"]
    for kind in EducationSchema.draft.kinds {
      for field in kind.fields {
        for name in [field.code, field.labels.chinese, field.labels.english] {
          for word in words { #expect(!name.contains(word), "\(kind.code).\(field.code)") }
        }
      }
    }
  }

  @Test("of left behind or not, known beats unknown, and two that are known are for people")
  func leftBehind() throws {
    let rule = try #require(try Self.kind("student").fields.first { $0.code == "left_behind" }).rule
    func decide(_ one: String, _ other: String) -> Decision {
      let sides = [one, other].enumerated().map { index, code in
        let dot = Dot(ReplicaID(rawValue: UInt64(index + 1)), 1)
        let stamp = Stamp(author: "", time: Instant(milliseconds: Int64(index)))
        let entry = Entry(id: EntryID(dot), value: .choice(code), origin: nil, stamp: stamp)
        return Side(value: .choice(code), entries: [entry])
      }
      return rule.decide(sides)
    }
    #expect(decide("2", "unknown") == Decision(shown: [.choice("2")], outcome: .decided))
    #expect(decide("unknown", "0") == Decision(shown: [.choice("0")], outcome: .decided))
    #expect(decide("0", "1").outcome == .asked)
  }
}
