import Quan

/// What a schema file says: whole kinds, or what is added to kinds that are there.
///
/// `{"extends":"education","kinds":[{"code","labels":{"zh","en"},"keys","append_only","rules":[{"code","expression","labels"}],"fields":[{"code","labels","type","container",
/// "rule","sensitivity","choices","target","belongs","note"}],"note"}]}`; of a kind or field everything but the code may be left
/// out, and notes are for people.
struct SchemaFile {
  /// Names as a file gives them: in both languages, in one, or not at all.
  struct FileLabels {
    var chinese: String?
    var english: String?

    /// The names, where there are none yet.
    func complete(_ code: String) -> Labels {
      Labels(chinese ?? english ?? code, english ?? chinese ?? code)
    }

    /// The names that take the place of others.
    func over(_ labels: Labels) -> Labels { Labels(chinese ?? labels.chinese, english ?? labels.english) }
  }

  /// A field, as far as the file says what it is.
  struct FileField {
    let line: Int
    let code: String
    var labels = FileLabels()
    var type: ValueType?
    var scale = 0
    var container: ContainerType?
    var rule: MergeRule?
    var sensitivity: Sensitivity?
    var choices: [Choice]?
    var target: String?
    var belongs: Bool?

    /// The field, where there is none yet.
    var draft: FieldDraft {
      FieldDraft(
        code, labels.complete(code), type ?? .text, scale: scale, container: container ?? .register, rule: rule ?? .ask,
        sensitivity: sensitivity ?? .normal, choices: choices ?? [], target: target ?? "",
        belongs: belongs ?? false)
    }
  }

  /// A rule over records.
  struct FileRule {
    let line: Int
    let invariant: Invariant
  }

  /// A kind, as far as the file says what it is.
  struct FileKind {
    let line: Int
    let code: String
    var labels = FileLabels()
    var keys: [NaturalKey]?
    var rules: [FileRule]?
    var isAppendOnly: Bool?
    var fields: [FileField] = []

    /// The kind, where there is none yet.
    var draft: KindDraft {
      KindDraft(
        code, labels.complete(code), naturalKeys: keys ?? [], invariants: (rules ?? []).map(\.invariant),
        isAppendOnly: isAppendOnly ?? false, fields.map(\.draft))
    }
  }

  /// Whether a new workspace has the built-in kinds too.
  var extendsBuiltIn = false
  var kinds: [FileKind] = []

  /// The schema that the file alone is.
  var draft: SchemaDraft { SchemaDraft(kinds.map(\.draft)) }

  /// Reads a file and looks for all that is wrong with it.
  ///
  /// - Parameter schema: What is there already.
  /// - Throws: ``CommandFailure`` with a line for each mistake: where, what, and what to do.
  static func read(_ path: String, over schema: (SchemaFile) -> Schema) throws -> SchemaFile {
    if path != "-" && Directory.isDirectory(path) {
      throw CommandFailure(
        .failed, say("'\(path)' 是文件夹", "'\(path)' is a folder"), hint: say("请给出其中的文件", "name a file in it"))
    }
    let bytes = try FileInput(path).whole
    var reader = SchemaFileReader()
    var file = SchemaFile()
    do {
      file = reader.read(try LocatedJSON.parse(bytes))
    } catch {
      let line = LocatedJSON.line(of: error.offset, in: bytes)
      reader.problems = [
        SchemaProblem(
          line: line, what: say("不是正确的 JSON (\(error.message))", "no JSON: \(error.message)"),
          help: say("检查这一行和上一行的引号、逗号、括号", "look at the quotes, commas and brackets of this line and the one before"))
      ]
    }
    var problems = reader.problems
    if problems.isEmpty { problems = SchemaCheck(file, over: schema(file)).problems }
    guard problems.isEmpty else {
      let sorted = problems.sorted { $0.line < $1.line }
      throw CommandFailure(
        .failed,
        say("表结构文件 '\(path)' 有 \(problems.count) 处错误", "mistakes in the schema file '\(path)': \(problems.count)"),
        details: sorted.prefix(50).map(\.text),
        hint: say("改正后再试: quan schema check \(path)", "mend them and try again: quan schema check \(path)"))
    }
    return file
  }
}

/// A mistake in a schema file.
struct SchemaProblem: Hashable {
  let line: Int
  let what: String
  /// What to do about it.
  let help: String

  var text: String { say("第 \(line) 行: \(what); \(help)", "line \(line): \(what); \(help)") }
}
