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
    let guardian: String
    let placement: String
    let visit: String
    let offered: String
    let crisis: String

    init() throws {
      let office = try Office()
      func add(_ words: String...) throws -> String {
        try office.tool(["add"] + words + office.own("A") + ["--now", "2026-06-01T00:00:00Z"]).text
      }
      pupil = try add(
        "student", "name=泉泉", "birth=2012-03-04", "name_aliases+=小泉", "boarding=day", "boarding_since=2020-03-01",
        "enrol_status=enrolled", "phone=13800000000", "remark=原备注", "student_no=L370102201203040012", "sex=1")
      gone = try add("student", "name=二宝")
      ledger = try add("ledger", "type=dropout", "student=\(pupil)", "state=open")
      offered = try add("ledger", "type=disability", "student=\(pupil)", "state=open")
      care = try add("care_case", "case_no=C-1", "risk=1", "next_due=2026-07-01")
      crisis = try add("hotline_call", "call_no=H-1", "date=2026-05-20", "mandatory_report=yes")
      consent = try add("consent", "subject=\(pupil)", "scope=照片", "state=given")
      guardian = try add("guardian", "student=\(pupil)", "relation=mother", "name=泉妈")
      let tutoring = try add("tutoring", "student=\(pupil)", "tutor=李老师", "from=2020-03-01")
      placement = try add("placement", "student=\(pupil)", "kind=regular", "from=2020-03-01")
      visit = try add("visit", "student=\(pupil)", "date=2020-05-01", "channel=phone", "lead_visitor=李老师")
      try office.exchange()
      func both(_ id: String, _ a: [String], _ b: [String]) throws {
        try office.tool(["edit", id] + a + office.own("A") + ["--now", "2026-06-02T08:00:00Z"])
        try office.tool(["edit", id] + b + office.own("B") + ["--now", "2026-06-03T08:00:00Z"])
      }
      try both(
        pupil,
        [
          "name=泉儿", "name_aliases+=泉儿", "phone=13811111111", "phone_checked_on=2026-05-20", "orphan=是",
          "low_income=是", "statuses_proved_on=2026-05-20", "boarding=boarding",
          "boarding_since=2020-09-01", "class=2班", "enrolled_since=2020-09-01", "enrol_status=suspended",
          "remark=母亲外出务工", "student_no=G99999920990304123X", "birth=2012-03-05", "sex=2",
          "id_no=99999920990304123X", "guardian_name=泉妈",
        ],
        [
          "name=全全", "name_aliases-=小泉", "name_aliases+=阿泉", "phone=13822222222", "orphan=未知", "low_income=否",
          "boarding=day", "boarding_since=2020-06-01", "class=3班", "enrolled_since=2020-09-01", "enrol_status=left",
          "remark=父亲返乡", "student_no=L370102201203040013", "birth=2012-04-03", "sex=9",
          "id_no=999999209903041231", "guardian_name=泉爸",
        ])
      try both(
        guardian, ["home_address=泉城路1号", "home_address_checked_on=2026-04-01"],
        ["home_address=趵突泉路2号", "home_address_checked_on=2026-05-01"])
      try both(placement, ["kind=inclusive"], ["kind=special_school"])
      try both(visit, ["purpose+=routine", "visitors+=李老师"], ["purpose+=study", "visitors+=王老师"])
      for laptop in ["A", "B"] {
        let said = "person \(laptop)"
        try office.quan(
          laptop, "add", "ledger_event", "ledger=\(ledger)", "kind=persuaded", "date=2026-06-02", "by=\(said)")
        try office.quan(
          laptop, "add", "care_note", "care_case=\(care)", "date=2026-06-02", "kind=call", "text=\(said)")
        try office.quan(laptop, "add", "access_event", "who=\(said)", "act=open", "about=\(pupil)")
        try office.quan(
          laptop, "add", "session", "tutoring=\(tutoring)", "date=2026-06-02", "start=16:00", "strand=study",
          "topic=\(said)")
      }
      try both(ledger, ["state=closed"], ["state=placed"])
      try both(offered, ["state=transfer_offered"], ["state=closed"])
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
      #expect(Set(listed.map { $0["id"].string }) == Set(scene.visits + [scene.visit]))
      let problems = try scene.office.quan(laptop, "problem", "list", "--json").out
      #expect(problems.contains("duplicate") && scene.visits.allSatisfy { problems.contains($0) })
    }
  }

  @Test(
    "notes, ledger events, sessions and access events are only ever added: none is lost, and what may be one is nominated",
    arguments: [("ledger_event", true), ("care_note", true), ("session", true), ("access_event", false)])
  func facts(kind: String, isNominated: Bool) throws {
    let scene = try Self.scene.get()
    for laptop in scene.office.laptops {
      let listed = try scene.office.quan(laptop, "list", kind, "--json").jsonLines.compactMap { $0["id"].string }
      #expect(listed.count == 2)
      let nominated = try scene.office.quan(laptop, "problem", "list", "--json").json.items.contains { problem in
        problem["class"].string == "duplicate" && Set(problem["records"].items.compactMap(\.string)) == Set(listed)
      }
      #expect(nominated == isNominated)
      #expect(try scene.office.conflicts(laptop).allSatisfy { !listed.contains($0["record"].string ?? "") })
    }
  }

  @Test("who visited and what for come to the union")
  func visitSets() throws {
    let scene = try Self.scene.get()
    #expect(Set(try scene.shown(scene.visit, "purpose").items) == [.string("routine"), .string("study")])
    #expect(Set(try scene.shown(scene.visit, "visitors").items) == [.string("李老师"), .string("王老师")])
    #expect(try scene.conflict(scene.visit, "purpose") == nil)
  }

  @Test("sets come to the union, and what one removed and nobody added again is gone")
  func sets() throws {
    let scene = try Self.scene.get()
    #expect(Set(try scene.shown(scene.pupil, "name_aliases").items) == [.string("泉儿"), .string("阿泉")])
    #expect(try scene.conflict(scene.pupil, "name_aliases") == nil)
  }

  @Test("phone numbers are all kept and shown, the one checked last first, without a conflict")
  func keepAll() throws {
    let scene = try Self.scene.get()
    // A checked its number; B, who wrote later, did not.
    #expect(try scene.shown(scene.pupil, "phone").items == [.string("13811111111"), .string("13822222222")])
    #expect(try scene.conflict(scene.pupil, "phone") == nil)
  }

  @Test("addresses of next of kin are all kept, the one checked last first")
  func address() throws {
    let scene = try Self.scene.get()
    #expect(try scene.shown(scene.guardian, "home_address").items == [.string("趵突泉路2号"), .string("泉城路1号")])
    #expect(try scene.conflict(scene.guardian, "home_address") == nil)
  }

  @Test("names and other marks of identity are for people to decide", arguments: ["name", "id_no", "birth", "sex"])
  func identity(field: String) throws {
    let scene = try Self.scene.get()
    #expect(try scene.conflict(scene.pupil, field) == "value")
  }

  @Test("a student number for good replaces one for the time being, which stays readable")
  func upgrade() throws {
    let scene = try Self.scene.get()
    #expect(try scene.shown(scene.pupil, "student_no") == .string("G99999920990304123X"))
    #expect(try scene.conflict(scene.pupil, "student_no") == nil)
    for laptop in scene.office.laptops {
      let kept = try scene.office.quan(laptop, "history", scene.pupil, "student_no", "--json", "--reveal").out
      #expect(kept.contains("L370102201203040012") && kept.contains("L370102201203040013"))
    }
  }

  @Test("of flags known beats unknown, and yes against no is for people")
  func flags() throws {
    let scene = try Self.scene.get()
    #expect(try scene.shown(scene.pupil, "orphan") == .string("yes"))
    #expect(try scene.conflict(scene.pupil, "orphan") == nil)
    #expect(try scene.conflict(scene.pupil, "low_income") == "value")
    // B wrote later; A saw proof, and is proposed.
    #expect(try scene.shown(scene.pupil, "low_income") == .string("yes"))
  }

  @Test("day or boarding goes by the date it holds from, not by who wrote last; on the same date people decide")
  func effectiveDate() throws {
    let scene = try Self.scene.get()
    #expect(try scene.shown(scene.pupil, "boarding") == .string("boarding"))
    #expect(try scene.conflict(scene.pupil, "boarding") == nil)
    #expect(try scene.conflict(scene.pupil, "class") == "value")
  }

  @Test("enrolment and placement are for people to decide")
  func enrolment() throws {
    let scene = try Self.scene.get()
    #expect(try scene.conflict(scene.pupil, "enrol_status") == "value")
    #expect(try scene.conflict(scene.placement, "kind") == "value")
  }

  @Test("of a ledger entry the less closed step is shown, and the dispute is listed")
  func ledger() throws {
    let scene = try Self.scene.get()
    #expect(try scene.shown(scene.ledger, "state") == .string("placed"))
    #expect(try scene.conflict(scene.ledger, "state") == "dispute")
  }

  @Test("a pupil who is offered to another school is not off the ledger until that school has accepted")
  func offered() throws {
    let scene = try Self.scene.get()
    #expect(try scene.shown(scene.offered, "state") == .string("transfer_offered"))
    #expect(try scene.conflict(scene.offered, "state") == "dispute")
  }

  @Test("a mandatory report stands: neither laptop can take it back or delete it")
  func mandatoryReport() throws {
    let scene = try Self.scene.get()
    for laptop in scene.office.laptops {
      for command in [["edit", scene.crisis, "mandatory_report=no"], ["delete", scene.crisis]] {
        let refused = try scene.office.tool(command + scene.office.own(laptop), status: 1).err
        #expect(refused.contains("only added") && refused.contains("quan add KIND"))
      }
    }
    #expect(try scene.shown(scene.crisis, "mandatory_report") == .string("yes"))
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
