import Foundation
import Quan

/// The steps of the benchmark, each of which runs in a process of its own and prints its measurements.
enum Step: String, CaseIterable {
  /// 20,000 changes through the API in one durable transaction, and the full bundle of them.
  case create
  /// Plain SQLite inserting the same rows in one transaction.
  case createFloor
  /// An empty replica takes in the full bundle.
  case importFull
  /// Laptop A's edits, each its own change; the bundle for who has the rest.
  case editA
  /// Laptop A's edits as one change; the bundle for who has the rest.
  case editOne
  /// Laptop B's edits.
  case editB
  /// Laptop B takes in laptop A's bundle, opening included.
  case deltaApply
  /// Plain SQLite updating the same cells by primary key in one transaction, opening included.
  case deltaFloor
  /// All conflicts listed, with base, sides, authors and times.
  case conflicts
  /// Changes, each its own durable transaction.
  case commitEach
  /// Plain SQLite doing so.
  case commitFloor

  /// Runs the step; files lie in `work`.
  ///
  /// - Parameter isSealed: Whether the workspace is one of members: signed and sealed.
  func run(_ workload: Workload, work: String, isSealed: Bool) throws -> [String: Double] {
    let runner = StepRunner(workload: workload, work: work, isSealed: isSealed)
    switch self {
    case .create: return try runner.create()
    case .createFloor: return try runner.createFloor()
    case .importFull: return try runner.importFull()
    case .editA: return try runner.edit("A", asOne: false)
    case .editOne: return try runner.edit("A", asOne: true)
    case .editB: return try runner.edit("B", asOne: false)
    case .deltaApply: return try runner.deltaApply()
    case .deltaFloor: return try runner.deltaFloor()
    case .conflicts: return try runner.conflicts()
    case .commitEach: return try runner.commitEach()
    case .commitFloor: return try runner.commitFloor()
    }
  }
}

/// Runs steps on the files of a folder.
private struct StepRunner: WorkFolder {
  let workload: Workload
  let work: String
  let isSealed: Bool

  private static let commits = 2000

  private func size(_ name: String) -> Double {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path(name))
    return (attributes?[.size] as? NSNumber)?.doubleValue ?? 0
  }

  private func peakMegabytes() -> Double {
    var usage = rusage()
    _ = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_maxrss) / 1024
  }

  // MARK: Creating

  func create() throws -> [String: Double] {
    let groups = try workload.groups()
    remove("base.quan")
    var created = 0.0
    let replica = try Replica.create(
      at: path("base.quan"), label: "base", author: "王老师", schema: Workload.schema, scopeLabel: "school",
      membersOnly: isSealed, environment: environment("base"))
    let fields = try WorkloadFields(replica)
    let external = BuiltIn.externalID
    let scope = try replica.status().homeScope
    // As for the floor, the values are ready before the clock starts; only references follow from what is created.
    var prepared = groups.map { group in
      group.map { row in
        var values: [FieldID: [Value]] = [external: [.text(row.id)]]
        for (name, cell) in row.cells {
          guard let field = fields.field(name, of: row.kind),
            let value = fields.value(cell, of: field, known: { _ in nil })
          else { continue }
          values[field.id] = [value]
        }
        return (kind: fields.kind(row.kind), values: values, refers: row.kind == "visit")
      }
    }
    let student = fields.field("student", of: "visit")?.id
    created = try seconds {
      try replica.batch { batch in
        for group in prepared.indices {
          try batch.write { transaction in
            var pupil: Reference?
            for row in prepared[group].indices {
              let refers = prepared[group][row].refers
              if refers, let student, let pupil { prepared[group][row].values[student] = [.reference(pupil)] }
              let id = try transaction.create(prepared[group][row].kind, prepared[group][row].values)
              if !refers { pupil = Reference(id, in: scope) }
            }
          }
        }
      }
    }
    if isSealed { for name in ["copy", "laptop-A", "laptop-B", "one"] { try admit(name, by: replica) } }
    let bundled = try seconds { _ = try replica.writeBundle(to: path("full.bundle")) }
    let closed = try seconds { try replica.close() }
    return [
      "create_s": created, "close_s": closed, "bundle_s": bundled, "bundle_full_bytes": size("full.bundle"),
      "replica_bytes": size("base.quan"),
    ]
  }

  func createFloor() throws -> [String: Double] {
    let groups = try workload.groups()
    let spent = try seconds {
      let floor = try Floor(path("floor.db"), fresh: true)
      floor.createTables()
      floor.run("BEGIN")
      for group in groups { for row in group { floor.insert(row) } }
      floor.run("COMMIT")
      floor.close()
    }
    return ["floor_s": spent, "floor_bytes": size("floor.db")]
  }

  // MARK: Joining

  /// Lets a laptop in that has not joined yet.
  private func admit(_ name: String, by replica: Replica) throws {
    for ending in ["request", "welcome"] { try? FileManager.default.removeItem(atPath: path("\(name).\(ending)")) }
    _ = try Replica.requestAdmission(to: path("\(name).request"), environment: environment(name))
    try replica.admit(
      requestAt: path("\(name).request"), label: name, person: name,
      standing: Standing(.editor, [try replica.status().homeScope]), welcome: path("\(name).welcome"))
  }

  private func join(_ name: String, author: String) throws -> (replica: Replica, merge: MergeReport) {
    if isSealed {
      return try Replica.join(
        at: path("\(name).quan"), from: path("full.bundle"), welcome: path("\(name).welcome"), label: name,
        author: author, environment: environment(name))
    }
    return try Replica.join(
      at: path("\(name).quan"), from: path("full.bundle"), label: name, author: author, environment: environment(name))
  }

  // MARK: Importing

  func importFull() throws -> [String: Double] {
    remove("copy.quan")
    let spent = try seconds {
      let (replica, merge) = try join("copy", author: "李老师")
      precondition(merge.recordsCreated > 0 && merge.pending.isEmpty)
      try replica.close()
    }
    return ["import_s": spent, "import_rss_mb": peakMegabytes(), "replica_bytes": size("copy.quan")]
  }

  // MARK: Editing

  /// A replica that holds the base and writes the edits of a laptop; its bundle for who has the rest.
  func edit(_ laptop: String, asOne: Bool) throws -> [String: Double] {
    let name = asOne ? "one" : "laptop-\(laptop)"
    remove("\(name).quan")
    let (replica, _) = try join(name, author: laptop == "A" ? "张老师" : "赵老师")
    let fields = try WorkloadFields(replica)
    let before = try replica.vector()
    let edits = try resolved(try workload.edits(laptop), replica, fields)
    let spent = try seconds {
      try replica.batch { batch in
        if asOne {
          try batch.write { transaction in
            for edit in edits { try transaction.set(edit.record, edit.field, to: edit.value) }
          }
        } else {
          for edit in edits { try batch.write { try $0.set(edit.record, edit.field, to: edit.value) } }
        }
      }
    }
    _ = try replica.writeBundle(to: path("\(name).bundle"), lackedBy: before)
    try replica.close()
    return ["edit_s": spent, "bytes": size("\(name).bundle")]
  }

  private func resolved(
    _ edits: [Workload.Edit], _ replica: Replica, _ fields: WorkloadFields
  ) throws -> [(record: RecordID, field: FieldID, value: Value)] {
    try edits.compactMap { edit in
      guard let id = try replica.records(externalID: edit.id).first, let record = try replica.record(id),
        let field = fields.field(edit.field, of: record.kind.name),
        let value = fields.value(edit.value, of: field, known: { _ in nil })
      else { return nil }
      return (id, field.id, value)
    }
  }

  func deltaApply() throws -> [String: Double] {
    var conflicts = 0
    let spent = try seconds {
      let replica = try Replica.open(at: path("laptop-B.quan"), environment: environment("laptop-B"))
      conflicts = try replica.apply(bundleAt: path("laptop-A.bundle")).newConflicts.count
      try replica.close()
    }
    return ["apply_s": spent, "new_conflicts": Double(conflicts)]
  }

  func deltaFloor() throws -> [String: Double] {
    let kinds = Dictionary(uniqueKeysWithValues: try workload.groups().joined().map { ($0.id, $0.kind) })
    let edits = try workload.edits("A").map { (edit: $0, kind: kinds[$0.id] ?? "student") }
    let spent = try seconds {
      let floor = try Floor(path("floor.db"), fresh: false)
      floor.run("BEGIN")
      for (edit, kind) in edits { floor.update(edit, kind: kind) }
      floor.run("COMMIT")
      floor.close()
    }
    return ["floor_s": spent]
  }

  // MARK: Conflicts

  func conflicts() throws -> [String: Double] {
    let replica = try Replica.open(at: path("laptop-B.quan"), environment: environment("laptop-B"))
    var conflicts: [Conflict] = []
    let spent = try seconds { conflicts = try replica.conflicts() }
    let schema = try replica.schema()
    var found: Set<String> = []
    for conflict in conflicts where conflict.base.count == 1 && conflict.sides.count == 2 {
      let field = conflict.field.flatMap { schema.kind(conflict.kind)?.field($0) }
      guard case .text(let id)? = try replica.record(conflict.record)?["external_id"]?.shown.first, let field else {
        continue
      }
      found.insert("\(id) \(field.name)")
    }
    let planted = try workload.conflicts()
    try replica.close()
    return [
      "conflicts_list_s": spent, "found": Double(conflicts.count), "planted": Double(planted.count),
      "right": Double(found.intersection(planted).count),
    ]
  }

  // MARK: Commits

  func commitEach() throws -> [String: Double] {
    let replica = try Replica.open(at: path("laptop-A.quan"), environment: environment("laptop-A"))
    let fields = try WorkloadFields(replica)
    let edits = try resolved(Array(try workload.edits("B").prefix(Self.commits)), replica, fields)
    let spent = try seconds {
      for edit in edits { try replica.write { try $0.set(edit.record, edit.field, to: edit.value) } }
    }
    try replica.close()
    return ["commit_s": spent, "commits": Double(edits.count)]
  }

  func commitFloor() throws -> [String: Double] {
    let kinds = Dictionary(uniqueKeysWithValues: try workload.groups().joined().map { ($0.id, $0.kind) })
    let edits = try workload.edits("B").prefix(Self.commits).map { (edit: $0, kind: kinds[$0.id] ?? "student") }
    let floor = try Floor(path("floor.db"), fresh: false)
    let spent = seconds {
      for (edit, kind) in edits {
        floor.run("BEGIN IMMEDIATE")
        floor.update(edit, kind: kind)
        floor.run("COMMIT")
      }
    }
    floor.close()
    return ["floor_s": spent, "commits": Double(edits.count)]
  }
}
