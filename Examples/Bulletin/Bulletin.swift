// Another ledger than the built-in one: `quan init --schema Examples/Bulletin/schema.json` and
// `quan import Examples/Bulletin/tasks.csv --kind task` make it; this writes the bulletin of a quarter as of a day.
import Quan

@main
struct Bulletin {
  /// How a branch stands.
  struct Branch {
    var all = 0
    var done = 0
    var overdue: [String] = []
  }

  static func main() throws {
    let (path, quarter) = (CommandLine.arguments[1], CommandLine.arguments[2])
    guard let today = CivilDate(CommandLine.arguments[3]) else { return }
    let replica = try Replica.open(at: path, environment: .system(stateDirectory: CommandLine.arguments[4]))
    defer { try? replica.close() }
    guard let task = try replica.schema().kind(named: "task"), let field = task.field(named: "quarter") else { return }
    var branches: [String: Branch] = [:]
    try replica.records(of: task.id, where: [(field.id, .text(quarter))]) { record in
      let name = text(record, "branch")
      branches[name, default: Branch()].all += 1
      if record["state"]?.shown.first == .choice("done") {
        branches[name]?.done += 1
      } else if case .date(let due)? = record["due"]?.shown.first, due < today {
        branches[name]?.overdue.append(text(record, "title"))
      }
    }
    let done = branches.values.reduce(0) { $0 + $1.done }
    let all = branches.values.reduce(0) { $0 + $1.all }
    print("\(quarter) 党建任务通报（截至 \(today)）: 完成 \(done)/\(all)")
    let ordered = branches.sorted { ($1.value.done * $0.value.all, $0.key) < ($0.value.done * $1.value.all, $1.key) }
    for (name, branch) in ordered {
      let praise = branch.done == branch.all ? "  表扬" : ""
      let overdue = branch.overdue.isEmpty ? "" : "  逾期: \(branch.overdue.sorted().joined(separator: "、"))"
      print("  \(name)  \(branch.done)/\(branch.all)\(praise)\(overdue)")
    }
    let open = try replica.conflictCount()
    if open > 0 { print("尚有 \(open) 处待定, 数字可能变化") }
  }

  private static func text(_ record: Record, _ field: String) -> String {
    if case .text(let text)? = record[field]?.shown.first { text } else { "" }
  }
}
