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
    let (status, chinese) = Self.meaning(of: error)
    let subject = error.subject.isEmpty ? "" : " '\(error.subject)'"
    let words = StoreWords.chinese(error.message) ?? chinese
    self.init(
      status, say("\(words)\(subject)", "\(error.message)\(subject)"), details: error.details,
      hint: StoreHints.hint(for: error))
  }

  private static func meaning(of error: StoreError) -> (Status, String) {
    switch error.code {
    case .noReplica: (.noReplica, "没有找到副本")
    case .alreadyExists: (.failed, "文件已存在")
    case .inUse: (.inUse, "另一个程序正在使用这个副本")
    case .damaged: (.damaged, "文件损坏或不完整")
    case .stranger: (.stranger, "签名者或本机不是本工作区的成员")
    case .notPermitted: (.stranger, "没有权限")
    case .otherWorkspace: (.otherWorkspace, "它属于另一个工作区")
    case .notABundle: (.notABundle, "这不是泉的文件")
    case .newerFormat: (.newerFormat, "文件由更新的版本写成")
    case .overLimit: (.overLimit, "超过了格式的限制")
    case .missingPrerequisites: (.pending, "缺少它所依据的更改")
    case .notFound: (.failed, "没有找到")
    case .ambiguous: (.failed, "编号不唯一")
    case .invalid: (.failed, "值不符合字段的要求")
    case .refused: (.failed, "拒绝执行")
    case .readOnly: (.failed, "不可写入")
    case .outOfSpace: (.failed, "磁盘空间不足")
    case .network: (.failed, "网络上的同步没有完成")
    default: (.failed, "读写失败")
    }
  }
}
