import QuanTesting
import Testing

/// Two laptops change the same things of a home-visit workspace at once: what each field's rule makes of it, row by row of
/// the policies that need no role, scope or money.
@Suite("Where two offline edits collide, played with the tool")
struct CollisionTests {
  /// One workspace for all rows: what A and B wrote before they met, and how both stand afterwards.
  private final class Scene: Sendable {
    let office: Office
    let pupil: String
    let gone: String
    let visits: [String]
    let ledger: String
    let care: String
    let consent: String

    init() throws {
      let office = try Office()
      func add(_ words: String...) throws -> String {
        try office.tool(["add"] + words + office.own("A") + ["--now", "2026-06-01T00:00:00Z"]).text
      }
      pupil = try add(
        "student", "name=泉泉", "birth=2012-03-04", "name_aliases+=小泉", "boarding=day", "boarding_since=2020-03-01",
        "enrol_status=enrolled", "phone=13800000000", "remark=原备注")
      gone = try add("student", "name=二宝")
      ledger = try add("ledger", "type=dropout", "student=\(pupil)", "state=open")
      care = try add("care_case", "case_no=C-1", "risk=1", "next_due=2026-07-01")
      consent = try add("consent", "subject=\(pupil)", "scope=照片", "state=given")
      try office.exchange()
      func both(_ id: String, _ a: [String], _ b: [String]) throws {
        try office.tool(["edit", id] + a + office.own("A") + ["--now", "2026-06-02T08:00:00Z"])
        try office.tool(["edit", id] + b + office.own("B") + ["--now", "2026-06-03T08:00:00Z"])
      }
      try both(
        pupil,
        [
          "name=泉儿", "name_aliases+=泉儿", "phone=13811111111", "orphan=是", "low_income=是", "boarding=boarding",
          "boarding_since=2020-09-01", "class=2班", "enrolled_since=2020-09-01", "enrol_status=suspended",
          "remark=母亲外出务工",
        ],
        [
          "name=全全", "name_aliases-=小泉", "name_aliases+=阿泉", "phone=13822222222", "orphan=未知", "low_income=否",
          "boarding=day", "boarding_since=2020-06-01", "class=3班", "enrolled_since=2020-09-01", "enrol_status=left",
          "remark=父亲返乡",
        ])
      try both(ledger, ["state=closed"], ["state=placed"])
      try both(care, ["risk=3", "next_due=2026-06-20"], ["risk=2", "next_due=2026-06-10"])
      try both(consent, ["state=withdrawn"], ["state=given"])
      try office.quan("A", "delete", gone)
      try office.quan("B", "edit", gone, "class=1班")
      var made: [String] = []
      for (laptop, finding) in [("A", "家中无人辅导"), ("B", "作业能完成")] {
        made.append(
          try office.quan(
            laptop, "add", "visit", "student=\(pupil)", "date=2026-06-08", "channel=home", "lead_visitor=王老师",
            "findings=\(finding)"
          ).text)
      }
      visits = made
      try office.exchange()
      self.office = office
    }

    /// What a field shows, alike on both laptops.
    func shown(_ id: String, _ field: String, at location: SourceLocation = #_sourceLocation) throws -> JSONValue {
      let values = try office.laptops.map { try office.shown(id, field, on: $0) }
      #expect(values[0] == values[1], sourceLocation: location)
      return values[0]
    }

    /// The class of the conflict over a field, alike on both laptops; `nil` when there is none.
    func conflict(_ id: String, _ field: String?, at location: SourceLocation = #_sourceLocation) throws -> String? {
      let classes = try office.laptops.map { laptop in
        try office.conflicts(laptop).first { $0["record"].string == id && $0["field"].string == field }?["class"].string
      }
      #expect(classes[0] == classes[1], sourceLocation: location)
      return classes[0]
    }
  }

  private static let scene = Result { try Scene() }

  @Test("visits are only ever added: both are kept, and what may be one visit written twice is nominated")
  func visits() throws {
    let scene = try Self.scene.get()
    for laptop in scene.office.laptops {
      let listed = try scene.office.quan(laptop, "list", "visit", "--json").jsonLines
      #expect(Set(listed.map { $0["id"].string }) == Set(scene.visits))
      let problems = try scene.office.quan(laptop, "problem", "list", "--json").out
      #expect(problems.contains("duplicate") && scene.visits.allSatisfy { problems.contains($0) })
    }
  }

  @Test("sets come to the union, and what one removed and nobody added again is gone")
  func sets() throws {
    let scene = try Self.scene.get()
    #expect(Set(try scene.shown(scene.pupil, "name_aliases").items) == [.string("泉儿"), .string("阿泉")])
    #expect(try scene.conflict(scene.pupil, "name_aliases") == nil)
  }

  @Test("phone numbers are all kept and shown, without a conflict")
  func keepAll() throws {
    let scene = try Self.scene.get()
    #expect(Set(try scene.shown(scene.pupil, "phone").items) == [.string("13811111111"), .string("13822222222")])
    #expect(try scene.conflict(scene.pupil, "phone") == nil)
  }

  @Test("names and other marks of identity are for people to decide")
  func identity() throws {
    let scene = try Self.scene.get()
    #expect(try scene.conflict(scene.pupil, "name") == "value")
  }

  @Test("of flags known beats unknown, and yes against no is for people")
  func flags() throws {
    let scene = try Self.scene.get()
    #expect(try scene.shown(scene.pupil, "orphan") == .string("yes"))
    #expect(try scene.conflict(scene.pupil, "orphan") == nil)
    #expect(try scene.conflict(scene.pupil, "low_income") == "value")
  }

  @Test("day or boarding goes by the date it holds from, not by who wrote last; on the same date people decide")
  func effectiveDate() throws {
    let scene = try Self.scene.get()
    #expect(try scene.shown(scene.pupil, "boarding") == .string("boarding"))
    #expect(try scene.conflict(scene.pupil, "boarding") == nil)
    #expect(try scene.conflict(scene.pupil, "class") == "value")
  }

  @Test("enrolment is for people to decide")
  func enrolment() throws {
    let scene = try Self.scene.get()
    #expect(try scene.conflict(scene.pupil, "enrol_status") == "value")
  }

  @Test("of a ledger entry the less closed step is shown, and the dispute is listed")
  func ledger() throws {
    let scene = try Self.scene.get()
    #expect(try scene.shown(scene.ledger, "state") == .string("placed"))
    #expect(try scene.conflict(scene.ledger, "state") == "dispute")
  }

  @Test("of risks the higher is shown until somebody rules")
  func risk() throws {
    let scene = try Self.scene.get()
    #expect(try scene.shown(scene.care, "risk") == .string("3"))
    #expect(try scene.conflict(scene.care, "risk") == nil)
  }

  @Test("a consent withdrawn stays withdrawn, and people look at it")
  func consent() throws {
    let scene = try Self.scene.get()
    #expect(try scene.shown(scene.consent, "state") == .string("withdrawn"))
    #expect(try scene.conflict(scene.consent, "state") == "dispute")
  }

  @Test("of dates by which something is due the earlier holds")
  func due() throws {
    let scene = try Self.scene.get()
    #expect(try scene.shown(scene.care, "next_due") == .string("2026-06-10"))
    #expect(try scene.conflict(scene.care, "next_due") == nil)
  }

  @Test("of prose both are kept, apart and whole")
  func prose() throws {
    let scene = try Self.scene.get()
    let shown = try scene.shown(scene.pupil, "remark")
    #expect(Set(shown.items) == [.string("母亲外出务工"), .string("父亲返乡")])
    #expect(try scene.conflict(scene.pupil, "remark") == nil)
  }

  @Test("an edit survives a deletion, and is flagged")
  func deletedAndEdited() throws {
    let scene = try Self.scene.get()
    #expect(try scene.conflict(scene.gone, nil) == "deleted-and-edited")
    #expect(try scene.shown(scene.gone, "class") == .string("1班"))
  }
}
