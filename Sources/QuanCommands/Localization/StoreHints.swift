import Quan

/// What helps when the store could not do what was asked: the next thing to do, in the language of the process.
///
/// What is not there, does not fit or is refused needs a hint of its own for each message; for the rest it follows from
/// the kind of failure. The tests look for a message that has none.
enum StoreHints {
  /// The hint for a failure.
  static func hint(for error: StoreError) -> String {
    for (start, hint) in table where error.message.hasPrefix(start) { return hint }
    return hint(for: error.code)
  }

  private static func hint(for code: StoreError.Code) -> String {
    switch code {
    case .noReplica:
      say(
        "新建: quan init FILE.quan --name 电脑名 --author 姓名; 加入: quan join FILE.quan --from 文件夹 --name 电脑名 --author 姓名",
        "make one: quan init FILE.quan --name LAPTOP --author PERSON; join one: quan join FILE.quan --from FOLDER --name LAPTOP --author PERSON"
      )
    case .alreadyExists: say("换一个文件名", "choose another file name")
    case .inUse: say("等它完成后再试", "wait until it is done, then try again")
    case .damaged: say("请对方重新拷贝一份; 本机数据没有改动", "ask for another copy; nothing here was changed")
    case .stranger:
      say("申请加入: quan member request 文件 --from 文件夹", "ask for admission: quan member request FILE --from FOLDER")
    case .notPermitted: say("查看成员: quan member list", "see the members: quan member list")
    case .otherWorkspace: say("查看: quan bundle show 文件", "look at it: quan bundle show FILE")
    case .notABundle:
      say("检查文件: 包以 .quanbundle 结尾, 副本以 .quan 结尾", "check the file: bundles end in .quanbundle, replicas in .quan")
    case .newerFormat: say("请升级 quan", "update quan")
    case .overLimit: say("分几次做, 或减小它", "do it in several parts, or make it smaller")
    case .missingPrerequisites:
      say("请对方制作完整的包: quan bundle create 文件", "ask for a full bundle: quan bundle create FILE")
    case .ambiguous: say("请多写几位", "write more of it")
    case .readOnly: say("检查只读开关或权限", "check the write protection or the permissions")
    case .network:
      say("检查网络和地址, 再运行同一命令即可继续", "check the network and the address; the same command goes on from here")
    case .outOfSpace: say("清理后再试, 未丢失任何数据", "make room and try again; nothing was lost")
    case .invalid: say("查看字段: quan schema show", "see the fields: quan schema show")
    case .notFound, .refused: say("查看状况: quan status", "see how things stand: quan status")
    default: say("检查磁盘或U盘后再试", "check the disk or stick and try again")
    }
  }

  /// By how messages begin.
  private static var table: [(start: String, hint: String)] {
    let list = say("列出: quan list 类型", "list them: quan list KIND")
    let fields = say("查看字段: quan schema show", "see the fields: quan schema show")
    let conflicts = say("列出: quan conflict list", "list them: quan conflict list")
    let log = say("列出: quan log", "list them: quan log")
    let replicas = say("列出: quan replica list", "list them: quan replica list")
    let members = say("列出: quan member list", "list them: quan member list")
    return [
      // What is not there.
      ("there is no such record", list), ("there is no such kind", fields), ("the kind has no such field", fields),
      ("the record's kind has no such field", fields),
      ("the record is deleted; restore it first", say("恢复: quan restore 编号", "bring it back: quan restore ID")),
      ("the record is joined with no other", say("查看: quan show 编号", "see: quan show ID")),
      ("a record cannot be joined with itself", say("写两个不同的编号", "give two different IDs")),
      ("records of two ", say("查看: quan show 编号", "see: quan show ID")),
      ("records that describe the workspace are not joined", list),
      ("the record is deleted already", say("恢复: quan restore 编号", "bring it back: quan restore ID")),
      ("the record is not deleted", say("查看: quan show 编号", "see: quan show ID")),
      ("the field is not in conflict", conflicts), ("there is no such conflict", conflicts),
      (
        "the conflict has sides 1 to",
        say("各方的号码: quan conflict show 编号", "the sides have numbers: quan conflict show ID")
      ),
      ("there is no such problem", say("列出: quan problem list", "list them: quan problem list")),
      ("there is no such change", log), ("nothing has been written here", log), ("there is no such replica", replicas),
      ("there is no such member", members), ("nothing was said about the member", members),
      ("there is no such folder", say("检查路径, 或先建文件夹", "check the path, or make the folder first")),
      ("the folder is not there", say("检查路径, 插好U盘", "check the path; is the stick plugged in?")),
      ("there is no such file or folder", say("检查路径, 插好U盘", "check the path; is the stick plugged in?")),
      (
        "there is no bundle in the folder",
        say("先在另一台电脑上: quan sync 文件夹", "first, on the other laptop: quan sync FOLDER")
      ),
      ("there is nothing that the receiver lacks", say("不用做包", "no bundle is needed")),
      (
        "the attachment is not here yet",
        say("与有它的电脑同步: quan sync 文件夹", "sync with a laptop that has it: quan sync FOLDER")
      ),
      ("the rule is wrong at", say("规则的写法: quan schema show", "how rules are written: quan schema show")),
      ("the list has no such element", say("查看: quan show 编号", "see: quan show ID")),
      ("there is no such transfer", say("列出: quan transfer list", "list them: quan transfer list")),
      // What does not fit.
      ("the field is no map", fields),
      ("the field is a", fields), ("the field takes", fields),
      ("the place is not in the text", say("查看: quan show 编号", "see: quan show ID")),
      ("the counter would overflow", say("用小一些的数", "use a smaller number")),
      (
        "a definition of the schema is never deleted",
        say("改名称: quan schema apply 文件", "rename it: quan schema apply FILE")
      ),
      ("a laptop's label is empty", say("如 历城二中-王老师", "such as Second School, Wang")),
      ("a replica cannot retire itself", say("在另一台电脑上停用它", "retire it on another laptop")),
      ("the file is empty", say("检查文件", "check the file")),
      ("the shared scope has no limit", say("列出范围: quan scope list", "list the scopes: quan scope list")),
      ("nothing of the laptop waits", say("查看等待的: quan status", "see what waits: quan status")),
      ("this laptop takes part as a member already", say("查看: quan member list", "see: quan member list")),
      (
        "the keys of the member that the replica writes for",
        say(
          "在原来的电脑上使用这个副本, 或作为新成员加入: quan member request 文件",
          "use the replica on its own laptop, or join as a new member: quan member request FILE")
      ),
      (
        "the workspace is open to everybody, and only members",
        say(
          "接纳第一个成员即密封: quan member admit 申请文件; 或用U盘同步",
          "admitting the first member seals it: quan member admit REQUEST; or sync over a stick")
      ),
      (
        "the workspace is open to everybody",
        say("建有成员的工作区: quan init --help", "make one that has members: quan init --help")
      ),
      ("a record is handed over to another scope", say("列出范围: quan scope list", "list the scopes: quan scope list")),
      ("records that describe the workspace are not handed", list),
      (
        "an offer is from one scope to one other",
        say("每个范围一个文件", "write a file for each scope")
      ),
      ("the scope has no members", members),
      ("the passphrase is empty", say("换一个", "choose another")),
      ("there is no such scope to leave", say("列出范围: quan scope list", "list the scopes: quan scope list")),
      ("the scope was not left", say("列出范围: quan scope list", "list the scopes: quan scope list")),
      (
        "the member's keys are under a passphrase",
        say("在终端上输入, 或 --passphrase-file 文件", "type it at a terminal, or --passphrase-file FILE")
      ),
      (
        "the passphrase is wrong",
        say("再试一次; 忘记了: quan member request 文件", "try again; if it is forgotten: quan member request FILE")
      ),
      // Networks.
      (
        "the server there does not take this laptop",
        say(
          "请那边先与管理员同步, 以便认识本机; 或先用U盘: quan sync 文件夹",
          "let that side sync with the admin first, so that it knows this laptop; or use a stick: quan sync FOLDER")
      ),
      (
        "the server there is not known here",
        say("先与管理员同步, 以便认识它: quan sync 文件夹", "sync with the admin first, so that it is known here: quan sync FOLDER")
      ),
      (
        "the server there is no member of the workspace any more",
        say("查看成员: quan member list", "see the members: quan member list")
      ),
      (
        "the server there belongs to another workspace",
        say("检查地址; 工作区: quan status", "check the address; the workspace: quan status")
      ),
      (
        "cannot listen there",
        say("换一个端口: quan serve --listen 地址:端口", "choose another port: quan serve --listen ADDR:PORT")
      ),
      // What is refused.
      (
        "the record has been handed over to another scope",
        say("它现在在哪里: quan show 编号", "where it is now: quan show ID")
      ),
      ("the record is on its way already", say("查看: quan transfer list", "see: quan transfer list")),
      ("the transfer has been accepted already", say("查看: quan transfer list", "see: quan transfer list")),
      (
        "changes made here have not reached any other laptop",
        say("先同步: quan sync 文件夹, 再让别的电脑也同步", "sync first: quan sync FOLDER, and let another laptop sync too")
      ),
      ("new records go to the scope", say("换一个: quan scope use 范围", "choose another: quan scope use SCOPE")),
      ("the scope was left already", say("取回: quan scope hold 范围", "take it in again: quan scope hold SCOPE")),
      ("this laptop has left the scope", say("取回: quan scope hold 范围", "take it in again: quan scope hold SCOPE")),
      ("an identity in the scope was found forked", say("查看: quan replica list", "see: quan replica list")),
      ("the transfer was taken back", say("请对方重新提出", "ask the other side to offer it again")),
      ("the transfer brings nothing", say("查看: quan transfer list", "see: quan transfer list")),
      ("the records are one transfer", say("查看: quan show 编号", "see: quan show ID")),
      (
        "nobody who may hand the records over",
        say("请有权的人重新提出: quan transfer offer", "ask somebody who may: quan transfer offer")
      ),
      (
        "the offer is sealed to others",
        say("请对方给本机的范围重新提出", "ask for one to a scope that this laptop belongs to")
      ),
      (
        "records of the kind are only added",
        say("另加一条更正的记录: quan add 类型 字段=值", "add one that corrects it: quan add KIND FIELD=VALUE")
      ),
      ("other records refer to it", say("确要执行请加 --force", "add --force to do it all the same")),
      ("one write acts in one scope", say("分两次写", "make two writes")),
      ("a write cannot be begun within a write", say("先结束那次写入", "end that write first")),
      ("a conflict of the schema is settled", say("改名: quan schema apply 文件", "rename one: quan schema apply FILE")),
    ]
  }
}
