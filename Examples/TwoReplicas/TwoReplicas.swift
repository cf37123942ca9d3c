// Two replicas in one process: each writes alone, then they exchange, and a person settles what only people can.

import Quan
import QuanEducation

@main
struct TwoReplicas {
  static func main() throws {
    let folder = CommandLine.arguments[1]
    let home = try Replica.create(
      at: folder + "/home.quan", label: "home", author: "Ms Wang", schema: EducationSchema.draft, scopeLabel: "school",
      environment: .system(stateDirectory: folder + "/home-state"))
    _ = try home.writeBundle(to: folder + "/start.quanbundle")
    let (away, _) = try Replica.join(
      at: folder + "/away.quan", from: folder + "/start.quanbundle", label: "away", author: "Mr Li",
      environment: .system(stateDirectory: folder + "/away-state"))

    guard let student = try home.schema().kind(named: "student"), let name = student.field(named: "name"),
      let school = student.field(named: "school")
    else { return }
    let pupil = try home.write { try $0.create(student.id, [name.id: [.text("泉泉")]]) }
    try home.sync(with: away)

    try home.write { try $0.set(pupil, school.id, to: .text("First School")) }
    try away.write { try $0.set(pupil, school.id, to: .text("Second School")) }
    let (merge, _) = try home.sync(with: away)

    for conflict in merge.newConflicts {
      print("conflict over \(school.code):")
      for side in conflict.sides.sorted(by: { $0.stamp.author < $1.stamp.author }) {
        print("  \(side.value.map { "\($0)" } ?? "-") by \(side.stamp.author)")
      }
    }
    try home.write { try $0.resolve(pupil, school.id, to: .text("First School")) }
    try home.sync(with: away)
    print("open conflicts: \(try home.conflictCount()) and \(try away.conflictCount())")
    print("away shows: \(try away.record(pupil)?["school"]?.shown ?? [])")
    try home.close()
    try away.close()
  }
}
