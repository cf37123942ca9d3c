import ArgumentParser
import Quan

/// `quan backup`: a checked copy of the replica.
struct Backup: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: say("备份副本到一个文件, 并检查", "Write a checked copy of the replica."),
    discussion: say(
      "备份时可以照常录入. 恢复: 把备份拷回原处; 再写入时它换用新身份, quan status 会问是复制还是恢复.",
      "Work may go on meanwhile. To restore, copy the backup to where the replica was; before it writes it takes a new identity, and quan status asks whether it is a copy or restored."
    ))

  @OptionGroup var options: GlobalOptions
  @Argument(help: ArgumentHelp(say("备份文件", "The copy."), valueName: "FILE"), completion: .file())
  var file: String

  func run() throws {
    let path = Directory.isDirectory(file) ? try named(in: file) : file
    try options.withReplica { try $0.backup(to: path) }
    if options.json {
      Terminal.print(JSON.object(["backup": .string(path)]).line)
    } else {
      Terminal.print(say("已备份并检查: \(Terminal.neutral(path))", "Backed up and checked: \(Terminal.neutral(path))"))
    }
  }

  /// In a folder, a backup is called as the replica is, with the moment.
  private func named(in folder: String) throws -> String {
    let replica = try options.replicaPath().split(separator: "/").last.map(String.init) ?? "replica.quan"
    let stem = replica.hasSuffix(".quan") ? String(replica.dropLast(5)) : replica
    let time = try options.environment().now().description.filter { $0.isNumber }.prefix(14)
    return folder + (folder.hasSuffix("/") ? "" : "/") + "\(stem)-\(time).quan"
  }
}
