// The excerpts of the guides, run one after another in a folder: Guides FOLDER
import Quan

@main
struct Guides {
  static func main() throws {
    let folder = CommandLine.arguments[1]
    let home = try schema(folder)
    let away = try exchange(folder, home)
    try mergeRules(home, away)
    try attachments(folder, home, away)
    try identity(folder, home)
    try home.close()
    try away.close()
  }

  /// The guide "Write a schema".
  static func schema(_ folder: String) throws -> Replica {
    let draft = SchemaDraft([
      KindDraft(
        "pupil", Labels("学生", "pupil"),
        [
          FieldDraft("name", Labels("姓名", "name"), sensitivity: .personal),
          FieldDraft(
            "boarding", Labels("就读方式", "day or boarding"), .choice,
            choices: [Choice("day", Labels("走读", "day")), Choice("boarding", Labels("住校", "boarding"))]),
          FieldDraft("allergies", Labels("过敏", "allergies"), container: .set),
          FieldDraft("form", Labels("签字表", "signed form"), .attachment, sensitivity: .sensitive),
        ]),
      KindDraft(
        "visit", Labels("家访", "visit"),
        [
          FieldDraft("pupil", Labels("学生", "pupil"), .reference, target: "pupil"),
          FieldDraft("last", Labels("最近一次", "latest"), .date, rule: .max),
          FieldDraft("cost", Labels("费用", "cost"), .decimal, scale: 2),
          FieldDraft("advice", Labels("建议", "advice")),
        ]),
    ])

    let replica = try Replica.create(
      at: folder + "/home.quan", label: "home", author: "Ms Wang", schema: draft, scopeLabel: "school",
      environment: .system(stateDirectory: folder + "/home-state"))

    guard let pupil = try replica.schema().kind(named: "pupil"), let name = pupil.field(named: "name"),
      let allergies = pupil.field(named: "allergies")
    else { fatalError("the kinds are those of the draft") }

    let id = try replica.write(message: "enrolled") { write in
      try write.create(pupil.id, [name.id: [.text("泉泉")], allergies.id: [.text("花生"), .text("牛奶")]])
    }

    try replica.write { write in
      _ = try write.define(FieldDraft("bus", Labels("校车", "bus"), .triState), of: pupil.id)
    }

    print("schema: \(try replica.schema().kind(named: "pupil")?.fields.map(\.code) ?? [])")
    print("schema: \(try replica.record(id)?["allergies"]?.shown.count ?? 0) allergies")
    return replica
  }

  /// The guide "Exchange changes".
  static func exchange(_ folder: String, _ replica: Replica) throws -> Replica {
    let stick = folder + "/stick"
    let (trial, _) = try replica.sync(folder: stick, dryRun: true)
    let (merge, sync) = try replica.sync(folder: stick)
    print("exchange: \(trial.received) in, \(merge.changesApplied) applied, \(sync.bundlesWritten.count) out")

    let (away, first) = try Replica.join(
      at: folder + "/away.quan", from: stick, label: "away", author: "Mr Li",
      environment: .system(stateDirectory: folder + "/away-state"))
    print("exchange: away begins with \(first.recordsCreated) records")

    _ = try away.writeBundle(to: folder + "/mail.quanbundle", for: replica.id)
    let report = try replica.apply(bundleAt: folder + "/mail.quanbundle")
    for segment in report.pending { print("waits for \(segment.missing)") }
    print("exchange: by mail \(report.changesApplied) applied")

    try replica.sync(with: away)
    return away
  }

  /// The guide "Choose merge rules".
  static func mergeRules(_ home: Replica, _ away: Replica) throws {
    guard let visit = try home.schema().kind(named: "visit"), let last = visit.field(named: "last"),
      let advice = visit.field(named: "advice"), let march = CivilDate("2026-03-01"),
      let april = CivilDate("2026-04-01")
    else { return }
    let id = try home.write { try $0.create(visit.id, [:]) }
    try home.sync(with: away)

    try home.write { write in
      try write.set(id, last.id, to: .date(march))
      try write.set(id, advice.id, to: .text("每天读书"))
    }
    try away.write { write in
      try write.set(id, last.id, to: .date(april))
      try write.set(id, advice.id, to: .text("少看手机"))
    }
    let (merge, _) = try home.sync(with: away)

    for notice in merge.notices {
      print("rules: \(notice.class) over \(visit.field(notice.field ?? last.id)?.code ?? "")")
    }
    for conflict in merge.newConflicts {
      let sides = conflict.sides.map(\.stamp.author).sorted()
      print("rules: \(conflict.class) over \(visit.field(conflict.field ?? last.id)?.code ?? ""), \(sides)")
    }

    try home.write { write in
      try write.resolve(id, advice.id, to: .text("每天读书, 少看手机"))
    }
    try home.sync(with: away)
    print("rules: \(try away.record(id)?["last"]?.shown ?? []), \(try away.conflictCount()) open")
  }

  /// The guide "Attach files".
  static func attachments(_ folder: String, _ home: Replica, _ away: Replica) throws {
    guard let pupil = try home.schema().kind(named: "pupil"), let form = pupil.field(named: "form") else { return }
    var pupils: [RecordID] = []
    try home.records(of: pupil.id) { pupils.append($0.id) }
    let id = pupils[0]

    let attachment = try home.attach(fileAt: folder + "/form.jpg", to: id, field: form.id)
    try home.sync(folder: folder + "/stick")
    try away.sync(folder: folder + "/stick")

    if try away.attachment(attachment.hash).isHere {
      try away.writeAttachment(attachment.hash, to: folder + "/got.jpg")
    }

    let scope = try home.record(id)?.scope ?? .shared
    try home.setAttachmentLimit(of: scope, to: 5 << 20)
    print(
      "attachments: \(attachment.name), \(attachment.size ?? 0) bytes, \(try away.attachmentUses(of: id).count) use")
  }

  /// The guide "Copies, backups and identities".
  static func identity(_ folder: String, _ replica: Replica) throws {
    try replica.backup(to: folder + "/backup.quan")

    let copy = try Replica.open(
      at: folder + "/backup.quan", environment: .system(stateDirectory: folder + "/other-state"))
    if let renewal = try copy.status().renewal { print("identity: the copy is \(renewal.reason)") }
    let before = try copy.id
    try copy.write { _ = try $0.createScope(label: "second school") }
    print("identity: new one \(try copy.id != before)")

    try copy.settleRenewal(retireOld: false)
    try copy.close()
  }
}
