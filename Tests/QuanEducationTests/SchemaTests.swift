import Quan
import QuanEducation
import Testing

@Suite("The built-in schema")
struct SchemaTests {
  static let kinds = EducationSchema.draft.kinds

  @Test("it has every kind of the domain")
  func everyKind() {
    let expected: Set = [
      "school", "staff", "student", "guardian", "consent", "visit", "visit_plan", "family_activity", "hotline_call",
      "ledger", "ledger_event", "placement", "imported_list", "determination", "aid_programme", "aid_tier",
      "aid_award", "payment", "care_case", "care_note", "tutoring", "session", "support_loan", "checklist_run",
      "checklist_item", "evidence", "merge_decision", "access_event", "export_event", "erasure",
    ]
    #expect(Set(Self.kinds.map(\.code)) == expected)
    #expect(Self.kinds.count == expected.count)
  }

  @Test("codes and labels are sound and stand once", arguments: kinds)
  func codesAreSound(kind: KindDraft) {
    #expect(SchemaDraft.problem(withCode: kind.code) == nil)
    for names in [kind.fields.map(\.code), kind.fields.map(\.labels.chinese), kind.fields.map(\.labels.english)] {
      #expect(Set(names).count == names.count)
      #expect(!names.contains(""))
    }
    for field in kind.fields {
      #expect(SchemaDraft.problem(withCode: field.code) == nil, "\(field.code)")
      #expect((field.type == .choice) == !field.choices.isEmpty, "\(field.code)")
      for names in [
        field.choices.map(\.code), field.choices.map(\.labels.chinese), field.choices.map(\.labels.english),
      ] {
        #expect(Set(names).count == names.count, "\(field.code)")
      }
    }
  }

  @Test("keys, rules and references name what is there", arguments: kinds)
  func namesLead(kind: KindDraft) {
    let codes = Set(kind.fields.map(\.code))
    for key in kind.naturalKeys { #expect(codes.isSuperset(of: key.parts.map(\.field)), "\(key.text)") }
    for field in kind.fields {
      if let other = field.rule.dateField {
        #expect(kind.fields.first { $0.code == other }?.type == .date, "\(field.code)")
      }
      if case .ladder(let steps) = field.rule {
        #expect(Set(field.choices.map(\.code)).isSuperset(of: steps), "\(field.code)")
      }
      if !field.target.isEmpty {
        #expect(field.type == .reference)
        #expect(Self.kinds.contains { $0.code == field.target }, "\(field.code)")
      }
    }
  }

  @Test("the rules of the domain stand")
  func rulesStand() throws {
    func field(_ kind: String, _ code: String) throws -> FieldDraft {
      try #require(Self.kinds.first { $0.code == kind }?.fields.first { $0.code == code })
    }
    for (kind, code) in [
      ("student", "name"), ("student", "id_no"), ("student", "birth"), ("student", "enrol_status"),
      ("determination", "level"), ("aid_award", "amount"), ("aid_award", "status"),
    ] {
      #expect(try field(kind, code).rule == .ask)
    }
    for code in ["poverty_file", "low_income", "orphan", "disabled", "migrant"] {
      #expect(try field("student", code).rule == .knownBeatsUnknownLatest(by: "statuses_proved_on"))
      #expect(try field("student", code).type == .triState)
    }
    #expect(try field("student", "boarding").rule == .latest(by: "boarding_since"))
    for (kind, code) in [("student", "phone"), ("student", "home_address"), ("guardian", "home_address")] {
      #expect(try field(kind, code).rule == .keepAllLatest(by: code + "_checked_on"))
    }
    #expect(try field("student", "student_no").rule == .upgrade(["L", "G"]))
    #expect(try field("care_case", "risk").rule == .max)
    #expect(try field("consent", "state").rule == .ladder(["withdrawn", "refused", "given"]))
    #expect(try field("visit", "follow_up_due").rule == .earliest)
    #expect(try field("aid_award", "amount").scale == 2)
    for code in ["purpose", "visitors", "evidence"] { #expect(try field("visit", code).container == .set) }
  }

  @Test("psychological files are confidential, and nobody asks for income or rank")
  func privacy() throws {
    for kind in Self.kinds where ["care_case", "care_note"].contains(kind.code) {
      for field in kind.fields { #expect(field.sensitivity == .confidential, "\(field.code)") }
      #expect(!kind.fields.contains { $0.code == "id_no" })
    }
    for kind in Self.kinds {
      for field in kind.fields {
        for word in ["income_", "salary", "rank", "car_brand"] { #expect(!field.code.contains(word)) }
      }
    }
  }
}
