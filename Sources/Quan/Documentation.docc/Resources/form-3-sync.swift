// A form that is filled in offline and synced over a folder: FormApp FILE FOLDER PERSON
import Quan

@main
struct FormApp {
  /// What the form asks for.
  static let form = SchemaDraft([
    KindDraft(
      "visit", Labels("家访", "visit"),
      [
        FieldDraft("pupil", Labels("学生", "pupil")), FieldDraft("date", Labels("日期", "date"), .date, rule: .max),
        FieldDraft("advice", Labels("建议", "advice")),
      ])
  ])

  static func main() throws {
    let (file, folder, person) = (CommandLine.arguments[1], CommandLine.arguments[2], CommandLine.arguments[3])
    let replica = try open(file, folder, person)
    defer { try? replica.close() }
    try sync(replica, folder)
  }

  /// The replica: opened, or joined from the folder, or the first of a new workspace.
  static func open(_ file: String, _ folder: String, _ person: String) throws -> Replica {
    let environment = Environment.system(stateDirectory: file + "-state")
    do {
      return try Replica.open(at: file, environment: environment)
    } catch let error as StoreError where error.code == .noReplica {}
    do {
      return try Replica.join(at: file, from: folder, label: person, author: person, environment: environment).replica
    } catch let error as StoreError where error.code == .notFound {
      return try Replica.create(
        at: file, label: person, author: person, schema: form, scopeLabel: "school", environment: environment)
    }
  }

  /// Takes in what is new in the folder, writes what it lacks, and says what came of it.
  static func sync(_ replica: Replica, _ folder: String) throws {
    let (merge, sync) = try replica.sync(folder: folder)
    print("\(merge.changesApplied) in, \(sync.bundlesWritten.count) out, \(try replica.conflictCount()) to settle")
  }
}
