import ArgumentParser

/// `quan topic`: what holds for all commands.
struct HelpTopics: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "topic",
    abstract: say(
      "通用说明: environment、exit-status、json、input、versions、rules",
      "What holds for all commands: environment, exit-status, json, input, versions, rules.")
  )

  /// The topics.
  enum Topic: String, CaseIterable, ExpressibleByArgument {
    case environment
    case exitStatus = "exit-status"
    case json
    case input
    case versions
    case rules
  }

  @OptionGroup var options: GlobalOptions
  @Argument(help: ArgumentHelp(say("哪一项; 缺省全部", "Which; all by default."), valueName: "TOPIC"))
  var topic: Topic?

  func run() throws {
    options.beginPages()
    let topics = topic.map { [$0] } ?? Topic.allCases
    for (index, topic) in topics.enumerated() {
      if index > 0 { Terminal.print("") }
      Terminal.print(Style.head(Self.title(topic)))
      for line in Self.lines(topic) {
        for part in Wrap.fitted("  \(line.name)  \(line.text)", columns: Terminal.columns) { Terminal.print(part) }
      }
    }
  }

  static func title(_ topic: Topic) -> String {
    switch topic {
    case .environment: say("环境变量", "Environment")
    case .exitStatus: say("退出状态", "Exit status")
    case .json: say("JSON 输出", "JSON output")
    case .input: say("输入的写法", "Forms of input")
    case .versions: say("版本的写法", "Versions")
    case .rules: say("规则的写法", "Rules of a schema")
    }
  }

  /// A topic's lines: the thing, and what is to be said of it.
  static func lines(_ topic: Topic) -> [(name: String, text: String)] {
    switch topic {
    case .environment:
      [
        ("QUAN_REPLICA", say("副本文件, 没有 -r 时用", "The replica, when -r does not say.")),
        ("QUAN_AMBIGUOUS", say("narrow 或 wide, 没有 --ambiguous 时用", "narrow or wide, when --ambiguous does not say.")),
        (
          "QUAN_PROGRESS_DELAY",
          say("进度在几秒之后显示, 缺省 0.3", "After how many seconds progress is shown, 0.3 by default.")
        ),
        (
          "QUAN_PAGER, PAGER",
          say("分页程序, 缺省 less; 空或 cat 为不分页", "What pages long results, less by default; empty or cat for none.")
        ),
        ("VISUAL, EDITOR", say("编辑器, quan edit --editor 用; 缺省 vi", "The editor of quan edit --editor, vi by default.")),
        ("NO_COLOR", say("不为空则不用颜色; --color 优先", "No colour when not empty; --color is stronger.")),
        (
          "LC_ALL, LC_MESSAGES, LANG",
          say(
            "第一个有值的以 zh 开头则用中文; 总是输出 UTF-8",
            "Chinese when the first that is set begins with zh; output is always UTF-8.")
        ),
        ("XDG_STATE_HOME, HOME", say("私有状态的位置, 没有 --state 时用", "Where private state goes, when --state does not say.")),
        ("COLUMNS", say("不是终端时的宽度", "The width when there is no terminal.")),
      ]
    case .exitStatus:
      [
        ("0", say("完成 (冲突是数据, 不是错误)", "Done; conflicts are data.")), ("1", say("失败", "Failed.")),
        (
          "3",
          say(
            "部分完成: 有更改在等待, 或有文件读不了, 或有行未导入",
            "Partly done: changes wait, a file could not be read, or lines were left out.")
        ),
        ("10", say("没有副本", "No replica.")), ("11", say("正被使用", "In use.")),
        ("12", say("损坏或不完整", "Damaged or cut.")), ("13", say("签名者不是成员", "Signed by a stranger.")),
        ("14", say("属于另一个工作区", "Of another workspace.")), ("15", say("不是泉的文件", "Not a file of Quan.")),
        ("16", say("由更新的版本写成", "Written by a newer Quan.")), ("17", say("超过限制", "Over a limit.")),
        ("64", say("命令写得不对", "Wrong usage.")), ("130", say("被中断; 没有做了一半的事", "Interrupted; nothing is half done.")),
        (
          say("其他", "other"),
          say("一律视为失败", "To be treated as failure.")
        ),
      ]
    case .json:
      [
        (
          "--json",
          say(
            "凡输出数据的命令都支持; 键名稳定, 只增不改; 与语言无关",
            "On every command that prints data; names are stable, new ones may come; independent of the language.")
        ),
        (
          say("值", "values"),
          say(
            "不打码; 文字、选项代码、ISO 日期和完整编号为字符串, 整数和小数为精确的数, 集合为列表, 空为 null",
            "Unmasked; texts, codes, ISO dates and full IDs as strings, integers and decimals as exact numbers, sets as arrays, nothing as null."
          )
        ),
        (
          "JSON Lines",
          say(
            "list、search、log、history、export 和 replica list 每行一个对象; 其余一个对象或列表",
            "list, search, log, history, export and replica list print an object a line; the others one object or array."
          )
        ),
        (
          say("错误", "errors"),
          say(
            "仍以文字写到标准错误, 标准输出为空, 看退出状态",
            "Still text on standard error, with nothing on standard output: see the exit status.")
        ),
      ]
    case .input:
      [
        (
          say("日期", "dates"), "2020-06-08  2020/6/8  2020.6.8  20200608  2020年6月8日"
        ),
        (say("是否", "flags"), say("是/否/未知, y/n, 1/0", "yes/no/unknown, y/n, 1/0, 是/否/未知")),
        (say("全角", "full width"), say("１２３、＝、＋、－ 都可以", "１２３, ＝, ＋ and － are understood.")),
        (
          say("字段", "fields"),
          say("代码或中文名: boarding=day, 就读方式=走读", "By code or label: boarding=day, 就读方式=走读.")
        ),
        (
          say("编号", "IDs"),
          say("完整的、缩短的 (W3F9-17) 或外部系统的", "In full, shortened (W3F9-17), or of the outside system.")
        ),
        (
          say("表格中的多个值", "several values in a cell of a table"),
          say(
            "用 ； 隔开, 映射写 键=值；键=值; 前面加 \\ 的字符不作分隔. 集合和映射只增改不删, 列表按格子里的次序整个改写, 空格子不改",
            "Between ；, of a map KEY=VALUE；KEY=VALUE; a \\ makes the next character plain. A set or map gains what the cell names, a list becomes what it says, an empty cell says nothing."
          )
        ),
      ]
    case .rules:
      [
        ("'home' in purpose", say("集合中有某个元素", "A set has an element.")),
        ("a implies b", say("若 a 则 b; 另有 and、or、not", "If a, then b; also and, or, not.")),
        ("approval_no is set", say("有值; is empty 为没有", "It holds something; is empty: it does not.")),
        (
          "student.birth < date",
          say("引用的学生的出生日期早于日期; 比较: = != < <= > >=", "Of the pupil referred to. Comparisons: = != < <= > >=.")
        ),
        ("kind in ('deferred', 'suspended')", say("选项写代码", "Choices go by their codes.")),
        (
          "count(guardian.student where is_main = yes) <= 1",
          say("引用本记录并符合条件的记录数", "How many records refer to this one and fulfil a condition.")
        ),
        (
          "length slice number date year workdays mod11_2",
          say(
            "函数: 字数; 从第几字起几个字; 文字的数; 文字的日期; 年; 两日间的周一至周五; 末位校验 (GB 11643)",
            "Functions: characters; part of a text; its number; its date; a year; Monday to Friday between; last digit checks."
          )
        ),
        (
          "date <= written(date) + 1",
          say("日期不晚于填写之日 (按填写者的时钟) 的次日", "At most a day after it was written, by the writer's clock.")
        ),
        (
          say("未知", "not known"),
          say("空的项既不符合也不违反, 除非其余已能判定", "An empty field neither keeps nor breaks a rule, unless the rest decides.")
        ),
      ]
    case .versions:
      [
        ("now", say("现在", "All that is held now.")),
        (
          "W3F9-17",
          say(
            "一次更改刚写入时, 写的人看到的样子; 编号见 quan log 和 quan history",
            "What its author saw when a change was written; quan log and quan history print what it goes by.")
        ),
        ("W3F9-17^", say("同上, 但在那次更改之前", "The same, without that change.")),
        (
          "merge:3",
          say(
            "合并 3 之后; merge:3^ 为之前; 号码见 quan merge list",
            "After merge 3; merge:3^ before it. quan merge list has the numbers.")
        ),
        (
          "2026-06-03, 2026-06-03 16:30",
          say(
            "到那一天或那一刻 (北京时间) 为止写的, 以及写的人已看到的; 按各电脑自己说的时间",
            "What was written by then, time of day in China, with all that its authors had seen; by the times that laptops claim."
          )
        ),
        (
          "FILE.quanvector",
          say(
            "quan status --save 保存的版本; U盘上各电脑留下的也可以",
            "A version that quan status --save wrote; what laptops leave on a stick will do too.")
        ),
      ]
    }
  }
}
