import Quan

/// What is wrong with a rule's expression, in the language of the process.
enum InvariantWords {
  /// The error with the character at which it is noticed.
  static func text(_ error: InvariantError) -> String {
    say("第 \(error.position) 个字: \(chinese(error.reason))", "character \(error.position): \(error.message)")
  }

  private static func chinese(_ reason: InvariantError.Reason) -> String {
    switch reason {
    case .expected(let what): "这里应为 \(names[what] ?? what)"
    case .unexpectedCharacter(let character): "不认识 '\(character)'"
    case .openText: "文字没有结束的引号"
    case .badLiteral(let text): "'\(text)' 不是数或日期"
    case .unknownField(let field, let kind): "\(kind) 没有字段 '\(field)'"
    case .unknownKind(let kind): "没有类型 '\(kind)'"
    case .unknownFunction(let name): "没有函数 '\(name)'"
    case .argumentCount(let name, let count): "\(name) 要 \(count) 个参数"
    case .wrongType(let found, let wanted): "这是\(names[found] ?? found), 应为\(names[wanted] ?? wanted)"
    case .noReference(let field): "'\(field)' 不是指向一条记录的引用"
    case .longPath: "路径太长"
    case .tooLarge: "表达式太长或嵌套太深"
    }
  }

  private static let names = [
    "a name": "名称", "the end": "结尾", "'empty' or 'set'": "empty 或 set",
    "a condition without count": "不含 count 的条件", "a field of the counted record": "被数的记录自己的字段", "yes or no": "是非",
    "a number": "数", "a text": "文字",
    "a date": "日期", "a moment": "时刻", "a reference": "引用", "a set": "集合",
    "a field of one value": "单值的项",
  ]
}
