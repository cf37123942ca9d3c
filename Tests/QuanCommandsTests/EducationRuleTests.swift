import QuanTesting
import Testing

/// What must hold of the records of home visits and student support, played with the tool: for each rule a record that keeps
/// it and one that does not.
@Suite("Rules of the built-in schema")
struct EducationRuleTests {
  private let office: Office

  init() throws { office = try Office(["A"]) }

  private func add(_ words: String...) throws -> String {
    try office.tool(["add"] + words + office.own("A") + ["--now", "2026-06-01T00:00:00Z"]).text
  }

  /// The rules that each record breaks.
  private func broken() throws -> [String: Set<String>] {
    var broken: [String: Set<String>] = [:]
    for problem in try office.quan("A", "problem", "list", "--json").json.items
    where problem["class"].string == "invariant" {
      let record = problem["records"].items.first?.string ?? ""
      broken[record, default: []].formUnion(problem["rules"].items.compactMap(\.string))
    }
    return broken
  }

  /// Expects that of the records those break rules that are said to, and just these.
  private func expect(_ wanted: [(record: String, rules: [String])], _ location: SourceLocation = #_sourceLocation)
    throws
  {
    let broken = try broken()
    for (place, one) in wanted.enumerated() {
      #expect(broken[one.record] ?? [] == Set(one.rules), "record \(place)", sourceLocation: location)
    }
  }

  @Test("INV-5 a visit has its times as a clock shows them, and ends after it begins")
  func times() throws {
    func visit(_ start: String, _ end: String) throws -> String {
      try add("visit", "date=2026-05-01", "start=\(start)", "end=\(end)")
    }
    try expect([
      (try visit("08:30", "09:15"), []), (try visit("00:00", "23:59"), []), (try visit("08:30", "08:30"), []),
      (try visit("09:15", "08:30"), ["time"]), (try visit("8:30", "09:15"), ["start_clock", "time"]),
      (try visit("08:30", "24:00"), ["end_clock"]), (try visit("08:60", "09:15"), ["start_clock"]),
      (try visit("08:30", "早上"), ["end_clock"]), (try add("visit", "date=2026-05-01"), []),
    ])
  }

  @Test("INV-4 a closed ledger entry has its ground and day, what proves it, and two people")
  func closing() throws {
    let placement = try add("placement", "kind=deferred", "approval_no=2026-1", "from=2026-01-01")
    let unapproved = try add("placement", "kind=special_school", "from=2026-01-01")
    let evidence = try add("evidence", "kind=certificate")
    let other = try add("ledger", "type=dropout")
    func entry(_ words: String...) throws -> String {
      try office.tool(
        ["add", "ledger", "type=dropout", "state=closed"] + words + office.own("A") + ["--now", "2026-06-01T00:00:00Z"]
      ).text
    }
    let closed = "closed_on=2026-05-01"
    try expect([
      (try entry(), ["ground"]), (try entry("ground=graduated"), ["ground"]),
      (try entry("ground=graduated", closed), []),
      (try entry("ground=returned", closed), ["proof"]), (try entry("ground=elsewhere", closed), ["proof"]),
      (try entry("ground=returned", closed, "evidence+=\(evidence)"), []),
      (try entry("ground=special_school", closed), ["place"]),
      (try entry("ground=special_school", closed, "placement=\(unapproved)"), []),
      (try entry("ground=deferred", closed), ["deferral"]),
      (try entry("ground=deferred", closed, "placement=\(unapproved)", "until=2027-01-01"), ["deferral"]),
      (try entry("ground=deferred", closed, "placement=\(placement)", "until=2027-01-01"), []),
      (try entry("ground=void", closed), ["mistake"]), (try entry("ground=void", closed, "survivor=\(other)"), []),
      (try entry("ground=graduated", closed, "requested_by=李老师", "approved_by=王芳"), []),
      (try entry("ground=graduated", closed, "requested_by=李老师", "approved_by=李老师"), ["two_people"]),
      (other, []),
    ])
    let teacher = try add("staff", "staff_no=T-1")
    try expect([
      (
        try entry(
          "ground=graduated", closed, "requested_by=李老师", "approved_by=李", "requested_by_ref=\(teacher)",
          "approved_by_ref=\(teacher)"), ["two_people"]
      )
    ])
  }

  @Test("INV-2 an award that is paid has a payment, no payment is more than it, and its amount is that of its tier")
  func money() throws {
    let term = try add("aid_programme", "code=JY", "version=2020", "pay_per=term")
    let year = try add("aid_programme", "code=BJ", "version=2020", "pay_per=year")
    let tier = try add("aid_tier", "programme=\(term)", "code=1", "amount=625.00")
    let whole = try add("aid_tier", "programme=\(year)", "code=1", "amount=1200.00")
    let determination = try add("determination", "school_year=2019-2020")
    let paid = try add("aid_award", "programme=\(term)", "tier_ref=\(tier)", "amount=312.50", "status=paid")
    let half = try add("payment", "award=\(paid)", "amount=312.50", "batch=1")
    let more = try add("payment", "award=\(paid)", "amount=312.51", "batch=2")
    try expect([
      (paid, []), (half, []), (more, ["amount"]), (try add("aid_award", "status=paid"), ["paid"]),
      (try add("aid_award", "status=allocated"), []),
      (try add("aid_award", "programme=\(term)", "tier_ref=\(tier)", "amount=625.00"), ["tier_amount"]),
      (try add("aid_award", "programme=\(year)", "tier_ref=\(whole)", "amount=1200.00"), []),
      (try add("aid_award", "programme=\(year)", "tier_ref=\(whole)", "amount=600.00"), ["tier_amount"]),
      (
        try add("aid_award", "programme=\(year)", "tier_ref=\(whole)", "amount=600.00", "override_reason=半年"),
        ["override"]
      ),
      (
        try add(
          "aid_award", "programme=\(year)", "tier_ref=\(whole)", "amount=600.00", "override_reason=半年",
          "override_approver=王芳"), []
      ), (try add("aid_award", "determination=\(determination)", "school_year=2019-2020"), []),
      (try add("aid_award", "determination=\(determination)", "school_year=2020-2021"), ["determination_year"]),
    ])
  }

  @Test("INV-7 what is lent comes back after it was lent, and one thing is out once")
  func loans() throws {
    let first = try add("support_loan", "serial=SN-1", "lent_on=2026-03-01", "returned_on=2026-04-01")
    let second = try add("support_loan", "serial=SN-1", "lent_on=2026-04-02")
    try expect([
      (first, []), (second, []),
      (try add("support_loan", "serial=SN-2", "lent_on=2026-03-02", "returned_on=2026-03-01"), ["order"]),
      (try add("support_loan", "serial=SN-3", "lent_on=2026-03-02", "due=2026-03-01"), ["due_order"]),
    ])
    let third = try add("support_loan", "serial=SN-1", "lent_on=2026-05-01")
    let told = try office.quan("A", "problem", "list", "--json").json.items.filter { $0["class"].string == "unique" }
    #expect(told.map { Set($0["records"].items.compactMap(\.string)) } == [[second, third]])
  }

  @Test("INV-8 and a disability that has a kind or degree is no absence of one")
  func disability() throws {
    try expect([
      (try add("student", "disabled=yes", "disability_type=言语残疾", "disability_level=一级"), []),
      (try add("student", "disability_type=3"), []), (try add("student", "disabled=no"), []),
      (try add("student", "disabled=no", "disability_level=2"), ["disability"]),
      (try add("placement", "kind=suspended"), ["approval"]),
    ])
  }

  @Test("INV-9 a case of high risk has a step within a week and an owner, and is not closed")
  func care() throws {
    try expect([
      (try add("care_case", "risk=3", "state=open", "owner=王芳", "next_due=2026-06-08"), []),
      (try add("care_case", "risk=3", "state=open", "owner=王芳", "next_due=2026-06-09"), ["soon"]),
      (try add("care_case", "risk=4", "state=referred", "next_due=2026-06-03"), ["watched"]),
      (try add("care_case", "risk=4", "state=monitoring", "owner=王芳"), ["watched"]),
      (try add("care_case", "risk=2", "state=open"), []), (try add("care_case", "risk=2", "state=closed"), []),
      (try add("care_case", "risk=3", "state=closed"), ["calmed"]),
    ])
  }

  @Test("a school code has ten characters, and a division six; runs of two versions of a checklist are two")
  func schools() throws {
    try expect([
      (try add("school", "school_code=9999999901", "division=370102"), []),
      (try add("school", "school_code=99", "division=3701"), ["school_code_length", "division_length"]),
    ])
    func run(_ words: String...) throws -> String {
      try office.tool(
        ["add", "checklist_run", "school=历城二中", "template=开学", "date=2026-02-01", "inspector=王芳"] + words
          + office.own("A")
      ).text
    }
    _ = try run("version=1")
    _ = try run("version=2")
    let bare = try run()
    #expect(
      try office.quan("A", "problem", "list", "--json").json.items.allSatisfy { $0["class"].string == "invariant" })
    let again = try run()
    let told = try office.quan("A", "problem", "list", "--json").json.items.filter { $0["class"].string == "duplicate" }
    #expect(told.map { Set($0["records"].items.compactMap(\.string)) } == [[bare, again]])
  }
}
