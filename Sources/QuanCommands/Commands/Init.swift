import ArgumentParser
import Quan
import QuanEducation

/// `quan init`: a new workspace and its first replica.
struct Init: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: say("新建工作区和它的第一个副本", "Make a new workspace and its first replica."))

  @OptionGroup var options: GlobalOptions
  @Argument(help: ArgumentHelp(say("新副本文件", "The new replica's file."), valueName: "FILE.quan"))
  var file: String
  @Option(help: ArgumentHelp(say("这台电脑的名称, 如 历城二中-王老师", "What this laptop is called."), valueName: "LAPTOP"))
  var name: String
  @Option(
    help: ArgumentHelp(
      say("表结构文件 (JSON); 缺省用内置的学生与家访", "A schema file, JSON; by default students and visits."), valueName: "FILE"),
    completion: .file())
  var schema: String?
  @Option(help: ArgumentHelp(say("第一个范围(学校)的名称", "What the first scope, a school, is called."), valueName: "LABEL"))
  var scope: String?
  @Flag(
    help: ArgumentHelp(
      say(
        "开放的工作区, 试用时用: 不密封, 有文件夹就能加入, 谁都能写",
        "An open workspace, for trials: nothing is sealed, and whoever has a copy may write."
      )))
  var open = false

  func run() throws {
    guard let author = options.author else {
      throw CommandFailure(
        .usage, say("缺少 --author 姓名", "--author PERSON is missing"),
        hint: say("如 --author 王老师", "such as --author Wang"))
    }
    let draft = try schema.map { try self.draft($0) } ?? EducationSchema.draft
    let replica = try Replica.create(
      at: file, label: name, author: author, schema: draft, scopeLabel: scope ?? say("本校", "our school"),
      membersOnly: !open, environment: try options.environment())
    try options.closing(replica) { replica in
      let status = try replica.status()
      if options.json {
        Terminal.print(StatusText.json(status).line)
      } else {
        Terminal.print(
          say("已建立工作区 \(status.workspace), 副本 \(file)", "Made workspace \(status.workspace), replica \(file)"))
        let kind = draft.kinds.first?.code ?? "student"
        if !open {
          Terminal.remark(
            say(
              "已密封, 只有成员能读交换的文件. 让别的电脑加入: 那边 quan member request, 这边 quan member admit",
              "Sealed: only members can read what is exchanged. To let a laptop in: quan member request there, quan member admit here"
            ))
        }
        Terminal.remark(
          say(
            "下一步: quan add \(kind) 字段=值 (字段: quan schema show \(kind)); 插上U盘后 quan sync 文件夹",
            "Next: quan add \(kind) FIELD=VALUE (fields: quan schema show \(kind)); with a stick plugged in, quan sync FOLDER"
          ))
      }
    }
  }

  /// The schema that a file gives, alone or beside the built-in kinds.
  private func draft(_ path: String) throws -> SchemaDraft {
    let file = try SchemaFile.read(path) { $0.extendsBuiltIn ? Schema(EducationSchema.draft) : Schema() }
    return file.extendsBuiltIn ? file.over(EducationSchema.draft) : file.draft
  }
}
