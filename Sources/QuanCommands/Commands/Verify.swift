import ArgumentParser
import Quan

/// `quan verify`: checks a replica against its invariants.
struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: say("检查副本是否完好", "Check the replica against its invariants."))

  @OptionGroup var options: GlobalOptions

  func run() throws {
    let findings = try options.withReplica { try $0.verify() }
    if options.json {
      Terminal.print(
        JSON.array(
          findings.map {
            .object([
              "invariant": .integer($0.invariant), "subject": .string($0.subject), "message": .string($0.message),
            ])
          }
        ).line)
    } else if findings.isEmpty {
      Terminal.print(say("完好: 文件、日志与记录一致", "Sound: file, log and records agree"))
    } else {
      for finding in findings {
        let subject = Terminal.neutral(finding.subject)
        Terminal.print("INV-\(finding.invariant)  \(subject)  \(StoreWords.said(finding.message))")
      }
      Terminal.talk(
        say(
          "提示: 不要再往这个文件里写; 用最近的备份, 或从U盘重新加入: quan join 新文件 --from 文件夹",
          "Hint: write no more into this file; use the latest backup, or join anew from a stick: quan join NEW --from FOLDER"
        ))
    }
    if !findings.isEmpty { throw ExitCode(CommandFailure.Status.damaged.rawValue) }
  }
}
