import Quan

/// Why a command could not do what was asked: what is wrong, of what, the next command to type, and the exit status.
struct CommandFailure: Error {
  /// The exit statuses that scripts may rely on.
  enum Status: Int32, Sendable {
    case failed = 1
    case pending = 3
    case noReplica = 10
    case inUse = 11
    case damaged = 12
    case stranger = 13
    case otherWorkspace = 14
    case notABundle = 15
    case newerFormat = 16
    case overLimit = 17
    case usage = 64
    case interrupted = 130
  }

  let status: Status
  let message: String
  let details: [String]
  let hint: String?

  init(_ status: Status = .failed, _ message: String, details: [String] = [], hint: String? = nil) {
    self.status = status
    self.message = message
    self.details = details
    self.hint = hint
  }

  /// What the store has to say, in the language of the process.
  init(_ error: StoreError) {
    let (status, chinese, hint) = Self.meaning(of: error)
    let subject = error.subject.isEmpty ? "" : " '\(error.subject)'"
    let words = StoreWords.chinese(error.message) ?? chinese
    self.init(
      status, say("\(words)\(subject)", "\(error.message)\(subject)"), details: error.details, hint: hint)
  }

  private static func meaning(of error: StoreError) -> (Status, String, String?) {
    switch error.code {
    case .noReplica:
      return (
        .noReplica, "没有找到副本",
        say(
          "新建: quan init FILE.quan --name 电脑名 --author 姓名; 加入: quan join FILE.quan --from 目录 --name 电脑名 --author 姓名",
          "make one: quan init FILE.quan --name LAPTOP --author PERSON; join one: quan join FILE.quan --from DIR --name LAPTOP --author PERSON"
        )
      )
    case .alreadyExists: return (.failed, "文件已存在", say("换一个文件名", "choose another file name"))
    case .inUse:
      return (.inUse, "另一个程序正在使用这个副本", say("等它完成后再试", "wait until it is done, then try again"))
    case .damaged:
      return (
        .damaged, "文件损坏或不完整",
        say("请对方重新拷贝一份; 本机数据没有改动", "ask for another copy; nothing here was changed")
      )
    case .stranger:
      return (
        .stranger, "签名者或本机不是本工作区的成员",
        say("申请加入: quan member request 文件 --from 目录", "ask for admission: quan member request FILE --from DIR")
      )
    case .notPermitted:
      return (.stranger, "没有权限", say("查看成员: quan member list", "see the members: quan member list"))
    case .otherWorkspace:
      return (
        .otherWorkspace, "它属于另一个工作区", say("查看: quan bundle show 文件", "look at it: quan bundle show FILE")
      )
    case .notABundle: return (.notABundle, "这不是泉的文件", nil)
    case .newerFormat: return (.newerFormat, "文件由更新的版本写成", say("请升级 quan", "update quan"))
    case .overLimit: return (.overLimit, "超过了格式的限制", nil)
    case .missingPrerequisites:
      return (
        .pending, "缺少它所依据的更改",
        say("请对方制作完整的包: quan bundle create 文件", "ask for a full bundle: quan bundle create FILE")
      )
    case .notFound: return (.failed, "没有找到", nil)
    case .ambiguous: return (.failed, "编号不唯一", say("请多写几位", "write more of it"))
    case .invalid: return (.failed, "值不符合字段的要求", say("查看字段: quan schema show", "see the fields: quan schema show"))
    case .refused: return (.failed, "拒绝执行", say("确要执行请加 --force", "add --force to do it all the same"))
    case .readOnly: return (.failed, "不可写入", say("检查只读开关或权限", "check the write protection or the permissions"))
    case .outOfSpace: return (.failed, "磁盘空间不足", say("清理后再试, 未丢失任何数据", "make room and try again; nothing was lost"))
    default: return (.failed, "读写失败", say("检查磁盘或U盘后再试", "check the disk or stick and try again"))
    }
  }
}
