/// A rule that a schema declares over the records of a kind: what it says, and in what words people are told that it
/// does not hold.
///
/// It forbids nothing: two laptops that keep it each by itself may break it together. A record that breaks it is listed
/// as a ``Problem``. The language of ``expression`` is described in <doc:Invariants>.
public struct Invariant: Hashable, Sendable {
  /// Its name, a code as that of a field.
  public let name: String
  /// What must hold.
  public let expression: String
  /// What is wrong when it does not.
  public let labels: Labels

  /// Declares a rule.
  public init(_ name: String, _ expression: String, _ labels: Labels) {
    self.name = name
    self.expression = expression
    self.labels = labels
  }

  /// Reads rules as ``write(_:)`` writes them; lines that are not of the form are passed over.
  public static func list(_ text: String) -> [Invariant] {
    text.split(separator: "\n").compactMap { line in
      let parts = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      return parts.count == 4 ? Invariant(parts[0], parts[1], Labels(parts[2], parts[3])) : nil
    }
  }

  /// Writes rules one a line: name, tab, expression, tab, Chinese, tab, English.
  public static func write(_ invariants: [Invariant]) -> String {
    func line(_ text: String) -> String { text.replacing("\n", with: " ").replacing("\t", with: " ") }
    return invariants.map {
      [$0.name, $0.expression, $0.labels.chinese, $0.labels.english].map(line).joined(separator: "\t")
    }.joined(separator: "\n")
  }
}

/// Why an invariant's expression cannot be used, and where.
public struct InvariantError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong.
  public enum Reason: Hashable, Sendable {
    /// Something else was expected.
    case expected(String)
    /// A character that nothing begins with.
    case unexpectedCharacter(String)
    /// A text without its end.
    case openText
    /// A number or date that is none.
    case badLiteral(String)
    /// The kind has no such field.
    case unknownField(String, kind: String)
    /// There is no such kind.
    case unknownKind(String)
    /// There is no such function.
    case unknownFunction(String)
    /// The function takes so many arguments.
    case argumentCount(String, Int)
    /// What stands there is of another type than is needed.
    case wrongType(found: String, wanted: String)
    /// The field is no reference that a path could follow.
    case noReference(String)
    /// The path has more than ``InvariantExpression/longestPath`` fields.
    case longPath
    /// The expression is nested too deeply, or too long.
    case tooLarge
  }

  /// What is wrong.
  public let reason: Reason
  /// The character where it is noticed, from 1.
  public let position: Int

  /// An error at a character.
  public init(_ reason: Reason, at position: Int) {
    self.reason = reason
    self.position = position
  }

  /// What is wrong, in English, without the position.
  public var message: String {
    switch reason {
    case .expected(let what): "expected \(what)"
    case .unexpectedCharacter(let character): "unexpected '\(character)'"
    case .openText: "the text has no end"
    case .badLiteral(let text): "'\(text)' is no number or date"
    case .unknownField(let field, let kind): "\(kind) has no field '\(field)'"
    case .unknownKind(let kind): "there is no kind '\(kind)'"
    case .unknownFunction(let name): "there is no function '\(name)'"
    case .argumentCount(let name, let count): "\(name) takes \(count) arguments"
    case .wrongType(let found, let wanted): "this is \(found), and \(wanted) is needed"
    case .noReference(let field): "'\(field)' does not refer to one record"
    case .longPath: "a path has at most \(InvariantExpression.longestPath) fields"
    case .tooLarge: "the expression is too large"
    }
  }

  /// The message with the position.
  public var description: String { "character \(position): \(message)" }
}
