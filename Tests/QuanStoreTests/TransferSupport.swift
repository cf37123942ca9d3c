import Quan
import QuanTesting
import Testing

/// Two schools with pupils and what belongs to them.
let transferSchema = SchemaDraft([
  KindDraft(
    "pupil", Labels("学生", "pupil"), naturalKeys: [NaturalKey(["number"])],
    [
      FieldDraft("name", Labels("姓名", "name")), FieldDraft("number", Labels("学号", "number")),
      FieldDraft("phone", Labels("电话", "phone")), FieldDraft("tags", Labels("标签", "tags"), container: .set),
      FieldDraft("visits", Labels("家访数", "visits"), .integer, container: .counter),
      FieldDraft("contacts", Labels("联系人", "contacts"), container: .map),
      FieldDraft("plan", Labels("计划", "plan"), container: .list),
      FieldDraft("story", Labels("经过", "story"), container: .text),
    ]),
  KindDraft(
    "visit", Labels("家访", "visit"),
    [
      FieldDraft("pupil", Labels("学生", "pupil"), .reference, target: "pupil", belongs: true),
      FieldDraft("summary", Labels("纪要", "summary")),
    ]),
  KindDraft(
    "task", Labels("跟进", "task"),
    [
      FieldDraft("visit", Labels("家访", "visit"), .reference, target: "visit", belongs: true),
      FieldDraft("friend", Labels("同学", "friend"), .reference, target: "pupil"),
    ]),
])

/// A bureau of two schools; pupils begin in the first.
final class TwoSchools {
  let bureau: Bureau
  let first: ScopeID
  let second: ScopeID
  var third: ScopeID?

  init(_ laptops: Int = 2, seed: UInt64 = 1) throws {
    bureau = try Bureau(laptops, seed: seed, schema: transferSchema)
    first = try bureau.replicas[0].status().homeScope
    second = try bureau.replicas[0].write { try $0.createScope(label: "second school") }
    try bureau.exchange()
  }

  func replica(_ index: Int) -> Replica { bureau.replicas[index] }

  func makeThird() throws -> ScopeID {
    let scope = try replica(0).write { try $0.createScope(label: "third school") }
    third = scope
    try bureau.exchange()
    return scope
  }

  /// A pupil with a visit and what came of it, known to all.
  func household(on index: Int = 0) throws -> (pupil: RecordID, visit: RecordID, task: RecordID) {
    let replica = replica(index)
    let pupil = try replica.write { transaction in
      let id = try transaction.create(
        try bureau.kind(),
        [
          try bureau.field("name"): [.text("泉泉")], try bureau.field("number"): [.text("2025-001")],
          try bureau.field("tags"): [.text("a"), .text("b")], try bureau.field("visits"): [.integer(3)],
          try bureau.field("plan"): [.text("first"), .text("second")], try bureau.field("story"): [.text("在家")],
        ], maps: [try bureau.field("contacts"): [("mother", .text("1")), ("father", .text("2"))]])
      return id
    }
    let visit = try self.visit(pupil, "all well", on: index)
    let task = try replica.write { transaction in
      try transaction.create(
        try bureau.kind("task"),
        [
          try bureau.field("visit", of: "task"): [.reference(Reference(visit, in: first))],
          try bureau.field("friend", of: "task"): [.reference(Reference(pupil, in: first))],
        ])
    }
    try bureau.exchange()
    return (pupil, visit, task)
  }

  func visit(_ pupil: RecordID, _ summary: String, on index: Int) throws -> RecordID {
    try replica(index).write { transaction in
      try transaction.create(
        try bureau.kind("visit"),
        [
          try bureau.field("pupil", of: "visit"): [.reference(Reference(pupil, in: first))],
          try bureau.field("summary", of: "visit"): [.text(summary)],
        ])
    }
  }

  /// The IDs of the records that a laptop lists.
  func listed(_ kind: String = "pupil", on index: Int) throws -> [RecordID] {
    try Self.listed(kind, replica(index))
  }

  static func listed(_ kind: String = "pupil", _ replica: Replica) throws -> [RecordID] {
    guard let kind = try replica.schema().kind(named: kind) else { return [] }
    var ids: [RecordID] = []
    try replica.records(of: kind.id) { ids.append($0.id) }
    return ids
  }

  func count(_ kind: String = "pupil", on index: Int) throws -> Int {
    try replica(index).status().records.first { $0.kind.name == kind }?.count ?? -1
  }

  /// What is wrong about transfers on a laptop, by record.
  func troubles(on index: Int) throws -> [RecordID: Set<String>] { try Self.troubles(replica(index)) }

  static func troubles(_ replica: Replica) throws -> [RecordID: Set<String>] {
    var found: [RecordID: Set<String>] = [:]
    for problem in try replica.problems(class: .transfer) {
      for record in problem.records { found[record.record, default: []].formUnion(problem.rules) }
    }
    return found
  }

  /// A vector that presumes all of some scopes, so that a bundle leaves them out.
  func all(of scopes: [ScopeID], on index: Int) throws -> VersionVector {
    var vector = VersionVector()
    for (stream, tips) in try replica(index).vector().tips where scopes.contains(stream.scope) {
      vector.set(tips, for: stream)
    }
    return vector
  }

  func expectSound(_ location: SourceLocation = #_sourceLocation) throws {
    try bureau.expectEqual(location)
    let expected = try TwoSchools.troubles(replica(0))
    for replica in bureau.replicas {
      #expect(try TwoSchools.troubles(replica) == expected, sourceLocation: location)
      #expect(try TwoSchools.listed("pupil", replica).sorted() == listed(on: 0).sorted(), sourceLocation: location)
      #expect(
        try TwoSchools.listed("visit", replica).sorted() == listed("visit", on: 0).sorted(), sourceLocation: location)
    }
  }
}

/// All orders of some numbers.
func permutations(_ count: Int) -> [[Int]] {
  guard count > 0 else { return [[]] }
  return permutations(count - 1).flatMap { rest in
    (0...rest.count).map { place in
      var order = rest
      order.insert(count - 1, at: place)
      return order
    }
  }
}
