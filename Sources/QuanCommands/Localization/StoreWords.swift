/// What the library has to say, in Chinese: it speaks English, and the tool says the same in one language.
///
/// `*` stands for what a message inserts; where the Chinese has one too, the first insertion goes there.
/// The tests look for a message of the library that is missing here.
enum StoreWords {
  /// A message of the library in the language of the tool.
  static func said(_ message: String) -> String { say(chinese(message) ?? message, message) }

  /// The Chinese of a message; `nil` when it is not known.
  static func chinese(_ message: String) -> String? {
    for (english, chinese) in table {
      let parts = english.split(separator: "*", omittingEmptySubsequences: false)
      guard let first = parts.first, message.hasPrefix(first) else { continue }
      if parts.count == 1 {
        if message == english { return chinese }
        continue
      }
      let rest = message.dropFirst(first.count)
      let next = parts[1]
      if next.isEmpty { return chinese.replacing("*", with: String(rest)) }
      guard let end = rest.firstRange(of: next) else { continue }
      return chinese.replacing("*", with: String(rest[..<end.lowerBound]))
    }
    return nil
  }

  private static let table: [(english: String, chinese: String)] = [
    // The file.
    ("the replica is closed", "副本已关闭"), ("the replica is in use by another program", "另一个程序正在使用这个副本"),
    ("no space is left on the disk of the replica", "副本所在的磁盘空间不足"), ("the replica cannot be written", "副本不可写入"),
    ("the replica's file is damaged (*", "副本文件损坏"), ("the file is no replica", "这不是泉的副本文件"),
    ("the replica's file cannot be opened", "副本文件打不开"), ("SQLite failed with code *", "数据库读写失败"),
    ("there is no replica", "没有找到副本"), ("there is no replica here", "没有找到副本: 当前文件夹"),
    ("there is a file already", "文件已存在"), ("there is no such folder", "没有这个文件夹"),
    ("the copy of the replica is not sound", "备份检查未通过"),
    ("a newer Quan made the replica, and this one can only read it", "副本由更新的版本写成, 这里只能读"),
    ("the replica was made by a newer Quan", "副本由更新的版本写成"),
    ("the replica's file is damaged, so it was not migrated", "副本文件损坏, 没有升级"),
    ("a write cannot be begun within a write", "写入中不能再开始写入"),
    // Passphrases and leaving.
    ("the member's keys are under a passphrase", "本机的密钥有口令"), ("the passphrase is wrong", "口令不对"),
    ("the member's keys are not on this laptop", "成员的密钥不在本机上"), ("the passphrase is empty", "口令是空的"),
    ("the keys cannot be sealed", "密钥无法加密"),
    ("changes made here have not reached any other laptop yet", "本机在其中的更改还没有传到别的电脑"),
    ("new records go to the scope; choose another home first", "新记录放入这个范围, 请先换一个"),
    ("there is no such scope to leave", "没有这个可离开的范围"), ("the scope was left already", "这个范围已经离开"),
    ("the scope was not left", "没有离开过这个范围"), ("this laptop has left the scope", "本机已离开这个范围"),
    ("an identity in the scope was found forked", "范围中有分叉的副本号"),
    // Transfers.
    ("records that describe the workspace are not handed over", "描述工作区的记录不能转出"),
    ("a record is handed over to another scope", "只能转往另一个范围"),
    ("the record has been handed over to another scope", "记录已转往另一个范围"),
    ("the record is on its way already", "记录已经提出转出"), ("the transfer has been accepted already", "转来的记录已接收"),
    ("the transfer was taken back", "转出已被收回"), ("the transfer brings nothing", "转来的内容是空的"),
    ("there is no such transfer", "没有这个转学"),
    ("the records are one transfer that was accepted twice", "两条记录是同一次转学的两次接收"),
    ("an offer is from one scope to one other", "一个文件只能从一个范围转往另一个范围"), ("the scope has no members", "该范围没有成员"),
    ("the offer cannot be sealed", "文件无法加密"),
    ("nobody who may hand the records over has signed the offer", "文件没有有权转出的人签名"),
    ("the offer is sealed to others", "文件是加密给别人的"),
    ("the record is not handed over as the answers to its transfers say", "记录的转出状态与答复不符"),
    // Problems.
    ("there is no such problem", "没有这个问题"), ("a record cannot be joined with itself", "一条记录不能与自己合并"),
    ("records of two scopes cannot be joined", "不同范围的记录不能合并"),
    ("records of two kinds cannot be joined", "不同类型的记录不能合并"),
    ("records that describe the workspace are not joined", "描述工作区的记录不能合并"),
    ("the record is deleted; restore it first", "记录已删除; 请先恢复"), ("the records are joined already", "这两条记录已经合并"),
    ("the record is joined with no other", "这条记录没有与别的合并"),
    ("a problem's class is unknown", "合并记录中一个问题的类别不认识"),
    ("the rule is wrong at character *", "规则在第 * 个字处有误"), ("a problem's row is damaged", "副本中一个问题的记录损坏"),
    // Reading and writing.
    ("the file has * bytes, more than *", "文件有 * 字节, 太大"), ("no space is left", "磁盘空间不足"),
    ("no permission to write", "没有写入权限"), ("the folder is not there", "文件夹不存在"), ("cannot write (*", "写入失败"),
    ("there is no such file or folder", "没有这个文件或文件夹"), ("no permission to read", "没有读取权限"),
    ("cannot read (*", "读取失败"), ("not a file", "不是文件"),
    // What is in the file.
    ("the table of streams is damaged", "副本文件损坏: 流表"), ("the log's tail is damaged (*", "副本文件损坏: 日志末尾"),
    ("a segment of the log is damaged (*", "副本文件损坏: 日志的一段"), ("a segment of the log is gone", "副本文件损坏: 日志缺了一段"),
    ("the log has a gap", "副本文件损坏: 日志有空缺"), ("a column holds what Quan did not write", "有一列不是泉写入的内容"),
    ("the field takes a text", "这个字段是长文本, 只能写文本"), ("the place is not in the text", "位置不在文本之内"),
    ("the history of a text is damaged", "副本文件损坏: 一段文本的历史"),
    ("a set's column holds what Quan did not write", "有一列集合不是泉写入的内容"), ("a pending segment is damaged", "一个等待中的段损坏"),
    ("the replica's own facts are damaged", "副本自身的信息损坏"), ("a conflict's class is unknown", "冲突的类别未知"),
    ("a kept merge report is damaged (*", "一份保存的合并报告损坏"), ("a merge report was not kept", "合并报告没有保存"),
    ("a notice's class is unknown", "通知的类别未知"),
    ("a conflict's row is damaged (*", "一处冲突的记录损坏"), ("a record was written by a newer Quan", "有记录由更新的版本写成"),
    ("a record's state is damaged (*", "一条记录的状态损坏"), ("a record's state names an unknown stream", "一条记录的状态损坏: 流未知"),
    ("a record's state has an unknown container", "一条记录的状态损坏: 容器未知"),
    ("the log of a scope cannot be brought into an order", "一个范围的日志排不出次序"),
    ("a column of a segment has no plan", "一段中的列无法读取"), ("what is known of another replica is damaged", "关于另一台电脑的信息损坏"),
    ("the replica has not introduced itself", "副本没有登记自己"),
    // Limits.
    ("a change has at most * bytes; write several", "一次更改最多 * 字节, 请分几次写"),
    ("a change has at most * operations; write several", "一次更改最多 * 处, 请分几次写"),
    ("a replica knows at most * streams", "一个副本最多 * 个流"), ("an operation's counter is above *", "操作的编号超过 *"),
    // Bundles and folders.
    ("the bundle belongs to another workspace", "包属于另一个工作区"), ("it belongs to another workspace", "它属于另一个工作区"),
    ("the replica belongs to another workspace", "那个副本属于另一个工作区"),
    ("the folder holds bundles of several workspaces", "文件夹中有几个工作区的包"),
    ("a segment starts from another workspace", "一段更改属于另一个工作区"),
    ("there is nothing that the receiver lacks", "对方什么都不缺"),
    ("the bundle is damaged (*", "包文件损坏"), ("the bundle is damaged in its *", "包文件损坏"),
    ("the bundle is cut short", "包文件不完整"), ("the file is no bundle", "这不是包文件"),
    ("the bundle has format *; update quan", "包的格式为 *, 请升级 quan"),
    ("the bundle needs feature '*'; update quan", "包需要更新的功能 '*', 请升级 quan"),
    ("the bundle is over the limit for its *", "包超过了格式的限制"), ("there is no bundle in the folder", "文件夹中没有包文件"),
    ("the source does not hold the beginning of the workspace", "来源不含工作区最初的更改"),
    // Attachments.
    ("there is no such record or field", "没有这条记录或这个字段"), ("the field takes no attachments", "这个字段不放附件"),
    ("the file is empty", "文件是空的"), ("the file became shorter meanwhile", "文件在读取时变短了"),
    ("the attachment is not here yet", "附件还没有到"), ("an attachment is not what its hash says", "附件的内容与哈希不符"),
    ("the file of the attachment is damaged or cut short", "附件的文件损坏或不完整"),
    ("the file of the attachment has format *; update quan", "附件文件的格式为 *, 请升级 quan"),
    ("the shared scope has no limit of its own", "共享范围没有自己的上限"),
    // Members.
    ("no keys can be made", "无法生成密钥"), ("a signature cannot be made", "无法签名"),
    ("the file of a member's keys is damaged", "成员的密钥文件损坏"),
    ("the welcome is for another laptop", "欢迎文件是给另一台电脑的"), ("the welcome is for another workspace", "欢迎文件属于另一个工作区"),
    ("the folder does not hold one workspace", "文件夹中没有工作区, 或有几个"),
    ("the workspace admits members only; ask with: quan member request", "这个工作区只接纳成员; 申请: quan member request"),
    ("the source does not hold the admission yet; sync the admin's laptop with it", "来源还没有接纳的记录; 请管理员的电脑先与它同步"),
    ("nothing was said about the member since its admission", "接纳之后没有对这个成员作过改变"),
    ("only an admin who was admitted earlier, such as the founder, may do that", "只有更早接纳的管理员 (如创建者) 才能这样做"),
    ("the workspace is open to everybody and has no members", "这个工作区是开放的, 没有成员"),
    ("there is no such member", "没有这个成员"),
    ("the workspace is open, and only the laptop that made it can seal it", "工作区是开放的, 只有建立它的电脑能密封它"),
    ("this laptop takes part as a member already", "本机已经是成员"),
    ("only an admin accepts what bears no signature", "只有管理员能接受没有签名的更改"),
    ("nothing of the laptop waits to be accepted", "那台电脑没有等待接受的更改"),
    ("the workspace has been sealed, and this laptop is not admitted yet", "工作区已密封, 本机还没有被接纳"),
    ("the keys of the member that the replica writes for are not on this laptop", "这个副本所属成员的密钥不在本机上"),
    ("the bundle is sealed, and its key is not on this laptop", "包已密封, 本机没有它的密钥"),
    ("this laptop has no key to seal with yet; an admin gives it", "本机还没有密封用的密钥, 由管理员给"),
    ("a segment cannot be sealed (*)", "无法密封"), ("a carried envelope is gone", "代传的更改不见了"),
    ("an envelope that is carried for others is damaged", "代传的更改损坏"),
    ("this laptop is not, or no longer, a member of the workspace", "本机不是, 或不再是工作区的成员"),
    ("only an admin writes here", "这里只有管理员能写"), ("this laptop may not write in the scope", "本机不能写入这个范围"),
    // Networks.
    ("the workspace is open to everybody, and only members exchange over a network", "这个工作区是开放的, 网络上只与成员同步"),
    ("cannot listen there", "不能在这里监听"), ("nobody answers there", "那里没有回应"),
    ("the server there belongs to another workspace", "那里的服务属于另一个工作区"),
    ("the server there is no member of the workspace any more", "那里的服务已不是工作区的成员"),
    ("the server there is not known here as a member of the workspace", "本机不认识那里的服务, 它不是已知的成员"),
    ("the server there does not take this laptop for a member", "那里的服务不认为本机是成员"),
    ("what is there closed before anything was said: it is busy, or no server of Quan", "对方还没开始就断开了: 它正忙, 或者不是泉的服务"),
    ("the connection was cut; what was stored stays", "连接断开; 已存下的都在"),
    ("the server there speaks another version; update quan", "那里的服务版本不同, 请升级 quan"),
    ("the server there fell silent; what was stored stays", "那里的服务没有回应了; 已存下的都在"),
    ("what the server there sends makes no sense; what was stored stays", "那里的服务送来的内容不对; 已存下的都在"),
    ("what the server there sends is too large", "那里的服务送来的内容太大"),
    ("the exchange could not go on; what was stored stays", "同步无法继续; 已存下的都在"),
    ("the server there is busy; try again in a minute", "那里的服务正忙, 请一分钟后再试"),
    ("the server there is stopping; what was stored stays", "那里的服务正在停止; 已存下的都在"),
    ("the server there heard nothing for too long; what was stored stays", "那里的服务太久没有收到本机的回应; 已存下的都在"),
    ("the server there could not store what it got; see its log", "那里的服务存不下去; 请看它的日志"),
    ("the server there did not understand this laptop; see its log", "那里的服务没有听懂本机; 请看它的日志"),
    ("the file of the server's status is damaged", "服务状况的文件损坏"),
    // Records, fields, changes.
    ("a laptop's label is empty", "电脑的名称为空"), ("a replica cannot retire itself", "不能停用本机自己"),
    ("there is no such replica", "没有这台电脑"), ("there is no such change", "没有这个更改"),
    ("nothing has been written here that could be undone", "这里没有可以撤销的写入"), ("there is no such kind", "没有这个类型"),
    ("the kind has no such field", "这个类型没有这个字段"), ("the field takes one value", "这个字段只有一个值"),
    ("the list has no such element", "列表中没有这一项"), ("the field is no map", "这个字段不是映射"),
    ("the field is a map: its values have keys", "这个字段是映射, 值要写在键下面"),
    ("the counter would overflow", "计数超出范围"), ("a definition of the schema is never deleted", "表结构的定义不能删除"),
    ("the record is deleted already", "记录已被删除"), ("other records refer to it", "有其他记录引用它"),
    ("records of the kind are only added, and stand as they were recorded", "这类记录只增不改: 已登记的不能改, 也不能删"),
    ("the record is not deleted", "记录没有被删除"), ("the field is not in conflict", "这个字段没有冲突"),
    ("there is no such conflict", "没有这个冲突"), ("the conflict has sides 1 to *", "这个冲突的各方编号为 1 到 *"),
    ("a conflict of the schema is settled by renaming", "表结构的冲突要用改名来处理"),
    ("one write acts in one scope; make a second write for the other", "一次写入只能在一个范围内, 另一个范围请再写一次"),
    ("the record's kind has no such field", "这条记录的类型没有这个字段"), ("the field is a *, not a *", "这个字段不能这样写"),
    ("there is no such record", "没有这条记录"), ("the field takes a *", "值的类型不符合这个字段"),
    ("the field takes one of its codes", "这个字段只能取它的选项代码"),
    ("the ID stands for records in * scopes", "这个编号在 * 个范围内各有一条记录"),
    // What verify finds.
    ("the edits of a text cannot be read; the next edit makes them anew", "一段文字的编辑记录读不出; 下次编辑时重建"),
    ("the row is not the fold of its operations", "表中的行与日志里的更改不符"),
    ("the listed conflict is not the one that stands", "列出的冲突与记录不符"),
    ("the listed problem is not one that the records have", "列出的问题与记录不符"),
    ("the record is not joined as its edges say", "记录的合并与所写的不符"),
    ("a pending segment misses nothing", "有一段更改已不缺什么, 却还在等待"),
    ("change * does not follow", "更改 * 接不上前一个"), ("the log ends at change *, the table says *", "日志到更改 * 为止, 与表中所记不符"),
  ]
}
