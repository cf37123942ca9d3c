/// Fields that two records have alike when they stand for one thing: an ID number, or name, birth and school.
///
/// Offline nobody can keep two laptops from entering one pupil; a natural key finds it. It *nominates*: what it finds
/// is shown to people, never joined by itself. A key says nothing about a record that leaves one of its fields empty.
public struct NaturalKey: Hashable, Sendable {
  /// The codes of the fields, in order.
  public let fields: [String]
  /// Whether even a person's word for a whole file may not let the key decide: it only nominates, record by record.
  public let onlyNominates: Bool

  /// A key of fields.
  public init(_ fields: [String], onlyNominates: Bool = false) {
    self.fields = fields
    self.onlyNominates = onlyNominates
  }

  /// Reads `FIELD`, or `FIELD+FIELD`; with `?` behind it where the key only nominates; or returns `nil`.
  ///
  /// A key in which every field must hold nothing is none.
  public init?(_ text: some StringProtocol) {
    var rest = Substring(String(text).filter { $0 != " " })
    let onlyNominates = rest.last == "?"
    if onlyNominates { rest = rest.dropLast() }
    let fields = rest.split(separator: "+", omittingEmptySubsequences: false).map(String.init)
    guard !fields.contains(""), Set(fields).count == fields.count, !fields.allSatisfy({ $0.hasSuffix("!") }) else {
      return nil
    }
    self.init(fields, onlyNominates: onlyNominates)
  }

  /// The form that ``init(_:)`` reads.
  public var text: String { fields.joined(separator: "+") + (onlyNominates ? "?" : "") }

  /// Reads keys with `;` between them, the surest first; those that cannot be read are passed over.
  public static func list(_ text: String) -> [NaturalKey] {
    text.split(separator: ";").compactMap { part in NaturalKey(part) }
  }

  /// Writes keys as ``list(_:)`` reads them: `id_no; student_no; name+birth?`.
  public static func write(_ keys: [NaturalKey]) -> String { keys.map(\.text).joined(separator: "; ") }

  /// One field of a key.
  public struct Part: Hashable, Sendable {
    /// The field's code.
    public let field: String
    /// Whether values need only look alike, written `name~`; see ``NameFolding/areAlike(_:_:)``.
    public let isAlike: Bool
    /// Whether the field must hold nothing, written `returned_on!`: the key says nothing about a record that fills it in.
    public let isEmpty: Bool

    /// One field of a key.
    public init(field: String, isAlike: Bool, isEmpty: Bool = false) {
      self.field = field
      self.isAlike = isAlike
      self.isEmpty = isEmpty
    }
  }

  /// The fields, with what each must have in common.
  public var parts: [Part] {
    fields.map { field in
      let isAlike = field.hasSuffix("~")
      let isEmpty = field.hasSuffix("!")
      return Part(field: isAlike || isEmpty ? String(field.dropLast()) : field, isAlike: isAlike, isEmpty: isEmpty)
    }
  }

  /// Whether it is a number that only one record should have, in whatever scope, if need be while another field holds
  /// nothing; other keys compare within a scope.
  public var isUnique: Bool {
    let told = parts.filter { !$0.isEmpty }
    return told.count == 1 && !told[0].isAlike
  }
}
