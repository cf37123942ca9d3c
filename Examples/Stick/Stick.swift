// A stick between two laptops: any folder will do. A watcher is told what each exchange changed.
import Quan
import QuanEducation

@main
struct Stick {
  static func main() async throws {
    let folder = CommandLine.arguments[1]
    let stick = CommandLine.arguments[2]
    let first = try Replica.create(
      at: folder + "/first.quan", label: "first", author: "Ms Wang", schema: EducationSchema.draft,
      scopeLabel: "school", environment: .system(stateDirectory: folder + "/first-state"))
    try first.sync(folder: stick)
    let (second, _) = try Replica.join(
      at: folder + "/second.quan", from: stick, label: "second", author: "Mr Li",
      environment: .system(stateDirectory: folder + "/second-state"))
    let changes = second.changes

    guard let student = try first.schema().kind(named: "student"), let name = student.field(named: "name") else {
      return
    }
    try first.batch { batch in
      for number in 1...3 {
        try batch.write { try $0.create(student.id, [name.id: [.text("pupil \(number)")]]) }
      }
    }
    let (_, sent) = try first.sync(folder: stick)
    print("first wrote \(sent.bundlesWritten.count) bundle")
    let (merge, _) = try second.sync(folder: stick)
    print("second took in \(merge.changesApplied) changes, \(merge.recordsCreated) new records")
    try second.close()
    for await change in changes {
      if case .merged(let report) = change { print("told of \(report.createdRecords.count) new records") }
    }
    try first.close()
  }
}
