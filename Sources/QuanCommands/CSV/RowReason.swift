/// Why a row of a table was left out, waits for a person, or was taken with a remark.
enum RowReason: Hashable, Sendable {
  // About the table.
  case total, footer, heads, empty
  case surplus(cells: Int, heads: Int), headless(column: Int)
  // Cells.
  case failure(String, hint: String?)
  case noPairs(field: String), repeatedKey(field: String)
  case doubtful(field: String), damaged(field: String), unverified(field: String)
  // Records.
  case perhaps(records: String, alike: String), alike(records: String, key: String), several(Int)
  case repeated, deleted(String), absent, open(field: String, record: String), onlyAdded(kind: String)
  // Answers.
  case changedSince, vague(answer: String), taken, unasked

  /// A failure of what reads values or keeps them.
  init(_ failure: CommandFailure) { self = .failure(failure.message, hint: failure.hint) }

  /// What is so, without the values of the row.
  var text: String {
    switch self {
    case .total: say("合计行", "a row of totals")
    case .footer: say("表尾说明", "a remark below the table")
    case .heads: say("重复的表头", "the heads again")
    case .empty: say("没有内容", "nothing in it")
    case .surplus(let cells, let heads):
      say(
        "有 \(cells) 格, 表头只有 \(heads) 格: 可能有一格的分隔符没有加引号",
        "\(cells) cells under \(heads) heads: a separator may stand unquoted in one of them")
    case .headless(let column): say("第 \(column) 列没有表头, 未导入", "column \(column) has no head, left out")
    case .failure(let message, _): message
    case .noPairs(let field): say("\(field): 应写成 键=值；键=值", "\(field): takes KEY=VALUE；KEY=VALUE")
    case .repeatedKey(let field): say("\(field): 有重复的键", "\(field): has a key twice")
    case .doubtful(let field):
      say(
        "\(field): 号码末位是 000, 像被电子表格损坏, 但校验位相符",
        "\(field): ends in 000 as damaged numbers do, but its check digit fits")
    case .damaged(let field):
      say("\(field): 号码被电子表格损坏, 末几位已丢失", "\(field): the number was damaged by a spreadsheet, its last digits are lost")
    case .unverified(let field): say("\(field): 校验位不符或不是身份证号, 照录", "\(field): unverified, taken as it is")
    case .perhaps(let records, let alike): say("可能是 \(records) (\(alike) 相同)", "perhaps \(records): \(alike) alike")
    case .alike(let records, let key): say("\(key) 与 \(records) 相同", "\(key) as in \(records)")
    case .several(let count): say("有 \(count) 条记录符合", "\(count) records match")
    case .repeated: say("文件中另一行已是这条记录", "another row of the file is this record")
    case .deleted: say("记录已被删除", "the record is deleted")
    case .absent: say("记录不在这里", "the record is not here")
    case .open(let field, _): say("'\(field)' 有多个值待定", "'\(field)' has several values that stand")
    case .changedSince: say("这一行在答复之后改过", "the row has changed since it was answered")
    case .vague(let answer): say("答复 '\(answer)' 没有说是哪一条", "the answer '\(answer)' does not say which record")
    case .taken: say("它的外部编号已是别的记录的", "its outside number is that of another record")
    case .unasked: say("没有问到这一行", "the row was not asked about")
    case .onlyAdded:
      say("这类记录只增不改: 与已登记的不同", "records of the kind are only added: the row differs from the one recorded")
    }
  }

  /// What to do about it; `nil` where there is nothing to do.
  var hint: String? {
    switch self {
    case .total, .footer, .heads, .empty: nil
    case .surplus: say("给那一格加引号, 再导入", "put that cell in quotes and import again")
    case .headless: say("要导入它: 给那一列写上表头", "to take it in, give the column a head")
    case .failure(_, let hint): hint
    case .noPairs, .repeatedKey: say("改正单元格, 再导入", "mend the cell and import again")
    case .doubtful: say("若号码确实如此: quan add 或 quan edit 录入", "if the number is right, enter it: quan add or quan edit")
    case .damaged: say("把这一列设为文本, 重填号码, 再导入", "make the column text, type the number again, and import again")
    case .unverified: say("与证件核对", "compare it with the card")
    case .perhaps, .alike, .several, .changedSince, .vague:
      say("在 答复 一栏写编号或 新, 再用 --answers 导入", "write its ID or new as the answer, and import with --answers")
    case .taken: say("改正外部编号, 再导入", "mend the outside number and import again")
    case .unasked: say("若还没有导入过: 不加 --answers 导入", "if it was never taken: import without --answers")
    case .repeated: say("每条记录留一行, 或答复", "leave one row for each record, or answer")
    case .deleted(let record): say("恢复: quan restore \(record)", "bring it back: quan restore \(record)")
    case .absent: say("先同步: quan sync 文件夹", "sync first: quan sync FOLDER")
    case .open(_, let record): say("先处理: quan conflict show \(record)", "settle it first: quan conflict show \(record)")
    case .onlyAdded(let kind):
      say("另加一条更正: quan add \(kind) 字段=值", "add one that corrects it: quan add \(kind) FIELD=VALUE")
    }
  }
}
