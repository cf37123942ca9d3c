import ArgumentParser
import Foundation
import Quan

/// `benchmark problems`: what looking for problems costs in a merge, by the size of the replica.
struct Problems: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "What looking for problems costs: a merge of few records into replicas of several sizes.")

  @Option(help: "Sizes of replicas, in pupils; each has a visit.")
  var pupils: [Int] = [20_000, 155_000]
  @Option(help: "How many records the merge brings or changes.")
  var touched = 2000
  @Option(help: "How many times each merge runs; the median counts.")
  var runs = 3
  @Option(help: "The tool; nothing of it is measured here.")
  var tool: String?

  func run() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "quan-problems-\(getpid())").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for count in pupils {
      for hasRules in [false, true] {
        let work = "\(folder)/\(count)-\(hasRules)"
        try FileManager.default.createDirectory(atPath: work, withIntermediateDirectories: true)
        let measured = try ProblemsWorkload(pupils: count, touched: touched, hasRules: hasRules, work: work)
          .measure(runs: runs)
        for (key, value) in measured.sorted(by: { $0.key < $1.key }) {
          print("\(count) \(hasRules ? "with" : "without") keys and rules: \(key)  \(String(format: "%.4g", value))")
        }
        try FileManager.default.removeItem(atPath: work)
      }
    }
  }
}

/// Pupils with a visit each, and a second laptop that edits some, enters some anew, and some that are there already.
private struct ProblemsWorkload: WorkFolder {
  let pupils: Int
  let touched: Int
  let hasRules: Bool
  let work: String

  private var schema: SchemaDraft {
    let rules = [
      Invariant("check", "length(id_no) = 18 implies mod11_2(id_no)", Labels("校验位", "check")),
      Invariant("one", "count(visit.student where outcome = 'open') <= 3", Labels("过多", "too many")),
    ]
    let order = [Invariant("order", "student.birth < date", Labels("次序", "order"))]
    return SchemaDraft([
      KindDraft(
        "student", Labels("学生", "student"),
        naturalKeys: hasRules ? NaturalKey.list("id_no; student_no; name+birth?") : [],
        invariants: hasRules ? rules : [],
        [
          FieldDraft("name", Labels("姓名", "name")), FieldDraft("birth", Labels("出生", "birth"), .date),
          FieldDraft("id_no", Labels("证件", "ID")), FieldDraft("student_no", Labels("学籍号", "number")),
          FieldDraft("phone", Labels("电话", "phone")), FieldDraft("note", Labels("备注", "note")),
        ]),
      KindDraft(
        "visit", Labels("家访", "visit"), invariants: hasRules ? order : [],
        [
          FieldDraft("student", Labels("学生", "student"), .reference, target: "student"),
          FieldDraft("date", Labels("日期", "date"), .date), FieldDraft("outcome", Labels("结果", "outcome")),
          FieldDraft("present", Labels("在场", "present"), .reference, container: .set, target: "student"),
        ]),
    ])
  }

  /// A pupil's values by field, the same for the same number.
  private func values(_ number: Int) -> [String: Value] {
    let surnames = Array("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗")
    let given = Array("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰")
    let name = "\(surnames[number % 20])\(given[number / 20 % 26])\(given[number / 520 % 26])"
    var values: [String: Value] = ["name": .text(name), "student_no": .text("L\(100_000_000 + number)")]
    values["birth"] = CivilDate(daysSince1970: Int32(14_600 + number * 7 % 2500)).map { .date($0) }
    values["phone"] = .text("138\(10_000_000 + number)")
    return values
  }

  func measure(runs: Int) throws -> [String: Double] {
    let base = try Replica.create(
      at: work + "/base.quan", label: "base", author: "王老师", schema: schema, scopeLabel: "school",
      environment: environment("base"))
    let schema = try base.schema()
    guard let student = schema.kind(named: "student"), let visit = schema.kind(named: "visit") else { return [:] }
    func fields(_ values: [String: Value], _ kind: KindDefinition) -> [FieldID: [Value]] {
      Dictionary(
        uniqueKeysWithValues: values.compactMap { name, value in kind.field(named: name).map { ($0.id, [value]) } })
    }
    let scope = try base.status().homeScope
    let prepared = (0..<pupils).map { fields(values($0), student) }
    let date = CivilDate(daysSince1970: 18_420)
    var ids: [RecordID] = []
    func addVisit(_ pupil: RecordID, _ transaction: inout Transaction) throws {
      var values: [String: Value] = ["student": .reference(Reference(pupil, in: scope)), "outcome": .text("done")]
      values["date"] = date.map { .date($0) }
      values["present"] = .reference(Reference(pupil, in: scope))
      try transaction.create(visit.id, fields(values, visit))
    }
    let created = try seconds {
      try base.batch { batch in
        for values in prepared {
          try batch.write { transaction in
            let id = try transaction.create(student.id, values)
            ids.append(id)
            try addVisit(id, &transaction)
          }
        }
      }
    }
    _ = try base.writeBundle(to: work + "/full.bundle")
    let (other, _) = try Replica.join(
      at: work + "/other.quan", from: work + "/full.bundle", label: "other", author: "李老师",
      environment: environment("other"))
    let before = try other.vector()
    guard let name = student.field(named: "name"), let phone = student.field(named: "phone"),
      let birth = student.field(named: "birth"), let start = CivilDate(daysSince1970: 15_000)
    else { return [:] }
    try other.batch { batch in
      for step in 0..<touched {
        let id = ids[step * (pupils / touched)]
        try batch.write { transaction in
          switch step % 5 {
          case 0: try transaction.set(id, name.id, to: .text("改名\(step)"))
          case 1: try transaction.set(id, phone.id, to: .text("139\(step)"))
          case 2: try transaction.set(id, birth.id, to: .date(start))
          case 3: try addVisit(id, &transaction)
          // Every tenth is entered a second time.
          default:
            let again = step % 10 == 4 ? step * (pupils / touched) : pupils + step
            try transaction.create(student.id, fields(values(again), student))
          }
        }
      }
    }
    _ = try other.writeBundle(to: work + "/few.bundle", lackedBy: before)
    try other.close()
    try base.close()
    var results: [Double] = []
    var problems = 0
    for _ in 0..<runs {
      let copy = work + "/run.quan"
      for ending in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: copy + ending) }
      try FileManager.default.copyItem(atPath: work + "/base.quan", toPath: copy)
      results.append(
        try seconds {
          let replica = try Replica.open(at: copy, environment: environment("run"))
          problems = try replica.apply(bundleAt: work + "/few.bundle").newProblemCount
          try replica.close()
        })
    }
    return ["create_s": created, "merge_s": results.sorted()[results.count / 2], "problems": Double(problems)]
  }
}
