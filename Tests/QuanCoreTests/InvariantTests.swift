import QuanCore
import Testing

@Suite("Invariants: the language of expressions")
struct InvariantTests {
  /// A record of given values, with those that it refers to and those that are counted.
  private struct Given: InvariantSource {
    var values: [String: [InvariantOperand]] = [:]
    var counted: [Given] = []

    func values(at path: [String]) throws -> [InvariantOperand] { values[path.joined(separator: ".")] ?? [] }

    func timeWritten(_ field: String) throws -> Instant? {
      values[field] == nil ? nil : Instant("2026-06-09T23:00:00Z")
    }

    func count(of kind: String, in field: String, _ condition: (any InvariantSource) throws -> Bool) throws -> Int {
      try counted.count { try condition($0) }
    }
  }

  private static func day(_ text: String) throws -> InvariantOperand {
    InvariantOperand(.date(try #require(CivilDate(text))), scale: 0)
  }

  private static func record() throws -> Given {
    Given(
      values: [
        "name": [.text("泉泉")], "id_no": [.text("11010519491231002X")], "kind": [.text("deferred")],
        "date": [try day("2026-06-08")], "student.birth": [try day("2012-03-04")],
        "amount": [InvariantOperand(.decimal(31_250), scale: 2)], "age": [InvariantOperand(.integer(14), scale: 0)],
        "boards": [.truth(true)], "flag": [.nothing], "tags": [.text("a"), .text("b")],
      ],
      counted: [
        Given(values: ["main": [.truth(true)]]), Given(values: ["main": [.truth(false)]]), Given(),
      ])
  }

  @Test(
    "an expression holds, does not, or is not known",
    arguments: [
      ("student.birth < date", true), ("date < student.birth", false), ("student.death < date", nil),
      ("kind in ('deferred', 'suspended') implies approval_no is set", false),
      ("kind in ('regular') implies approval_no is set", true), ("approval_no is empty", true),
      ("flag is empty and name is set", true), ("boards = yes", true), ("not boards", false), ("flag = yes", nil),
      ("flag = yes or boards", true), ("flag = yes and boards = no", false), ("flag implies boards = no", nil),
      ("amount = 312.5", true), ("amount > 312.49 and amount <= 312.50", true), ("amount + 0.5 = 313", true),
      ("age % 2 = 0", true), ("(age % 2 = 1) = boards", false), ("age % 0 = 0", nil),
      ("date - student.birth > 5000", true), ("date - 7 = 2026-06-01", true), ("date + 1 > 2026-06-08", true),
      ("year(date) = 2026", true), ("workdays(2026-06-05, 2026-06-08) = 1", true),
      ("date <= written(date)", true), ("written(date) = 2026-06-09", true), ("2026-06-11 <= written(date) + 1", false),
      ("date <= written(absent)", nil), ("workdays(2026-06-06, 2026-06-13) = 5", true),
      ("workdays(2026-06-13, 2026-06-06) = 0 - 5", true),
      ("workdays(1969-12-29, 1970-01-05) = 5", true), ("mod11_2(id_no)", true),
      ("mod11_2('110105194912310021')", false),
      ("mod11_2(name)", false), ("date(slice(id_no, 7, 8)) = 1949-12-31", true), ("date('20261301') = date", nil),
      ("number(slice(id_no, 17, 1)) = 2", true), ("length(name) = 2", true), ("slice(name, 3, 4) = ''", true),
      ("'a' in tags", true), ("'c' in tags", false), ("name in tags", false), ("unseen in tags", nil),
      ("tags is set", true), ("name = \"泉泉\"", true), ("'a' < 'b'", true),
      ("count(guardian.student) = 3", true), ("count(guardian.student where main) <= 1", true),
      ("count(guardian.student where main is empty) = 1", true), ("yes implies no implies no", true),
      ("not not yes and yes", true), ("yes or no and no", true),
    ] as [(String, Bool?)])
  func meaning(_ text: String, _ expected: Bool?) throws {
    let expression = try InvariantExpression(text)
    #expect(try expression.holds(in: Self.record()) == expected, "\(text)")
  }

  @Test(
    "an expression that cannot be read says what is wrong and at which character",
    arguments: [
      ("", 1, "expected a name"), ("a <", 4, "expected a name"), ("a < b c", 7, "expected the end"),
      ("姓名 = 'a'", 1, "unexpected '姓'"), ("a = 'b", 5, "the text has no end"), ("a is", 5, "expected 'empty' or 'set'"),
      ("a = 2026-13-01", 5, "'2026-13-01' is no number or date"), ("a in ('x'", 10, "expected ')'"),
      ("a.b.c.d is set", 7, "a path has at most 3 fields"), ("sum(a)", 1, "there is no function 'sum'"),
      ("year(a, b) = 1", 1, "year takes 1 arguments"), ("written(a.b) = c", 10, "expected ')'"),
      ("count(a)", 8, "expected '.'"), ("and", 1, "expected a name"),
      ("a & b", 3, "unexpected '&'"),
    ])
  func syntaxErrors(_ text: String, _ position: Int, _ message: String) {
    let error = #expect(throws: InvariantError.self) { try InvariantExpression(text) }
    #expect(error?.position == position && error?.message == message, "\(String(describing: error))")
  }

  private static let drafts = SchemaDraft([
    KindDraft(
      "student", Labels("学生", "student"),
      [
        FieldDraft("name", Labels("姓名", "name")), FieldDraft("birth", Labels("出生", "birth"), .date),
        FieldDraft("tags", Labels("标签", "tags"), container: .set),
      ]),
    KindDraft(
      "visit", Labels("家访", "visit"),
      [
        FieldDraft("student", Labels("学生", "student"), .reference, target: "student"),
        FieldDraft("others", Labels("同访", "others"), .reference, container: .set, target: "student"),
        FieldDraft("date", Labels("日期", "date"), .date), FieldDraft("done", Labels("完成", "done"), .triState),
      ]),
  ])

  @Test(
    "an expression that does not fit the schema says what is wrong and at which character",
    arguments: [
      ("visit", "student.birth < date", nil, ""), ("student", "count(visit.student where done = yes) <= 1", nil, ""),
      ("visit", "student.age < date", 1, "student has no field 'age'"),
      ("visit", "day < 2026-01-01", 1, "visit has no field 'day'"),
      ("visit", "student.name < date", 16, "this is a date, and a text is needed"),
      ("visit", "date.x is set", 1, "'date' does not refer to one record"),
      ("visit", "others.name is set", 1, "'others' does not refer to one record"),
      ("visit", "date", 1, "this is a date, and yes or no is needed"),
      ("visit", "done < yes", 1, "this is yes or no, and a number is needed"),
      ("visit", "date + date > 2026-01-01", 8, "this is a date, and a number is needed"),
      ("visit", "student.birth in (2026-01-01, 'x')", 31, "this is a text, and a date is needed"),
      ("visit", "'x' in date", 5, "this is a date, and a set is needed"),
      ("visit", "mod11_2(date)", 9, "this is a date, and a text is needed"),
      ("visit", "date <= written(date)", nil, ""),
      ("student", "written(tags) < 2026-01-01", 1, "this is a set, and a field of one value is needed"),
      ("visit", "written(day) = date", 1, "visit has no field 'day'"),
      ("student", "count(visit.others) = 0", 1, "'others' does not refer to one record"),
      ("student", "count(visit.student where student.birth < date) = 0", 27, "expected a field of the counted record"),
      ("student", "count(trip.student) = 0", 1, "there is no kind 'trip'"),
      ("visit", "count(visit.student) = 0", 1, "'student' does not refer to one record"),
    ] as [(String, String, Int?, String)])
  func typeErrors(_ kind: String, _ text: String, _ position: Int?, _ message: String) throws {
    let schema = InvariantSchema(drafts: Self.drafts.kinds)
    let expression = try InvariantExpression(text)
    do throws(InvariantError) {
      try schema.check(expression, of: kind)
      #expect(position == nil)
    } catch {
      #expect(error.position == position && error.message == message, "\(error)")
    }
  }

  @Test("expressions that would take the machine's stack or time are refused")
  func limits() {
    let deep = String(repeating: "(", count: 60) + "yes" + String(repeating: ")", count: 60)
    #expect(throws: InvariantError.self) { try InvariantExpression(deep) }
    let long = Array(repeating: "yes", count: 700).joined(separator: " and ")
    #expect(throws: InvariantError.self) { try InvariantExpression(long) }
    let implications = Array(repeating: "yes", count: 60).joined(separator: " implies ")
    #expect(throws: InvariantError.self) { try InvariantExpression(implications) }
  }

  @Test("an expression tells whether it looks beyond the record's own fields")
  func ownFields() throws {
    for own in ["from <= to", "length(id_no) = 18 and mod11_2(id_no) implies birth is set", "x in ('1', '2')"] {
      #expect(try InvariantExpression(own).looksOnlyAtOwnFields, "\(own)")
    }
    for wider in [
      "student.birth < date", "date <= written(date) + 1", "count(placement.student where to is empty) <= 1",
      "yes implies (not (a = b) or school.code is empty)",
    ] {
      #expect(try !InvariantExpression(wider).looksOnlyAtOwnFields, "\(wider)")
    }
  }

  @Test("invariants are written in lines and read back")
  func lines() {
    let invariants = [
      Invariant("order", "from <= to", Labels("止早于起", "ends first")),
      Invariant("a", "x is set", Labels("缺", "missing")),
    ]
    #expect(Invariant.list(Invariant.write(invariants)) == invariants)
    #expect(Invariant.list("nonsense\n\n") == [])
  }
}
