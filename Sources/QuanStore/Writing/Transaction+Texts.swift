public import QuanCore

/// A collaborative text while one write edits it.
final class OpenText {
  let id: RecordID
  /// The edits that it continues.
  let parents: [Dot]
  /// The kind of the record; `nil` when this very write creates it, and whatever the kind it may be written.
  let kind: KindID?
  var rope: Rope
  var runs = TextRuns()

  init(id: RecordID, parents: [Dot], kind: KindID?, rope: Rope) {
    self.id = id
    self.parents = parents
    self.kind = kind
    self.rope = rope
  }
}

/// Collaborative texts. All edits that one write makes to one text become one operation; places count Unicode scalars of
/// the text as the acts before left it. Each of several joined records keeps a text of its own.
extension Transaction {
  /// The text as the write has left it so far; empty when nobody has written it.
  ///
  /// - Throws: ``StoreError`` with code `notFound`, or `invalid` when the field is no text.
  public mutating func text(_ record: RecordID, _ field: FieldID) throws -> String {
    try open(record, field).rope.string
  }

  /// How many Unicode scalars the text has as the write has left it so far.
  public mutating func textCount(_ record: RecordID, _ field: FieldID) throws -> Int {
    try open(record, field).rope.count
  }

  /// Inserts a text in front of the scalar at `position`, or at the end.
  ///
  /// - Throws: ``StoreError`` with code `notFound`, or `invalid` when the place is not in the text.
  /// - Complexity: O(log *n*) in the length of the text, once it is open.
  public mutating func insert(_ text: String, at position: Int, in record: RecordID, _ field: FieldID) throws {
    guard !text.isEmpty else { return }
    let open = try open(record, field)
    if let kind = open.kind { try checkChangeable(kind, record) }
    guard (0...open.rope.count).contains(position) else { throw Self.outside(field) }
    var text = text
    text.withUTF8 { utf8 in
      let count = unsafe utf8.count == 1 ? 1 : Rope.scalars(in: utf8)
      unsafe open.rope.insert(utf8, count: count, at: position)
      unsafe open.runs.insert(utf8, count: count, at: position)
    }
  }

  /// Deletes scalars.
  ///
  /// - Throws: ``StoreError`` with code `notFound`, or `invalid` when the range is not in the text.
  /// - Complexity: O(log *n*) in the length of the text, once it is open, and what is deleted.
  public mutating func delete(_ range: Range<Int>, from record: RecordID, _ field: FieldID) throws {
    guard !range.isEmpty else { return }
    let open = try open(record, field)
    if let kind = open.kind { try checkChangeable(kind, record) }
    guard range.lowerBound >= 0, range.upperBound <= open.rope.count else { throw Self.outside(field) }
    open.rope.delete(range.count, at: range.lowerBound)
    open.runs.delete(range.count, at: range.lowerBound)
  }

  /// Puts a text in the place of scalars.
  ///
  /// - Throws: ``StoreError`` with code `notFound`, or `invalid` when the range is not in the text.
  public mutating func replace(
    _ range: Range<Int>, with text: String, in record: RecordID, _ field: FieldID
  ) throws {
    try delete(range, from: record, field)
    try insert(text, at: range.lowerBound, in: record, field)
  }

  /// The text as readers see it: of joined records the texts of all, each different one once, a line apart.
  ///
  /// - Throws: ``StoreError`` with code `notFound`, or `invalid` when the field is no text.
  public mutating func wholeText(_ record: RecordID, _ field: FieldID) throws -> String {
    var texts: [String] = []
    for member in try members(record) { texts.append(try text(member, field)) }
    return JoinedText(texts).whole
  }

  /// Makes the text read as a whole new one says; what is alike in both is left as it is.
  ///
  /// Of joined records each change is made in the text in which it stands.
  /// - Complexity: O(*n*) in the length of both texts; see `TextDifference` in QuanCore.
  public mutating func setText(_ record: RecordID, _ field: FieldID, to text: String) throws {
    let members = try members(record)
    guard members.count > 1 else { return try setOwnText(record, field, to: text) }
    var texts: [String] = []
    for member in members { texts.append(try self.text(member, field)) }
    let joined = JoinedText(texts)
    for (member, own) in zip(members, joined.texts(making: text)) { try setOwnText(member, field, to: own) }
  }

  /// The records whose texts readers see together.
  private func members(_ record: RecordID) throws -> [RecordID] {
    creationIndex[record] == nil ? try joined(record) : [record]
  }

  private mutating func setOwnText(_ record: RecordID, _ field: FieldID, to text: String) throws {
    let old = try open(record, field).rope.string
    let scalars = Array(text.unicodeScalars)
    for replacement in TextDifference(from: old, to: text).replacements.reversed() {
      let inserted = String(String.UnicodeScalarView(scalars[replacement.new]))
      try replace(replacement.old, with: inserted, in: record, field)
    }
  }

  static func text(_ value: Value?, _ field: FieldID) throws -> String {
    switch value {
    case .text(let text): return text
    case nil: return ""
    default: throw StoreError(.invalid, "the field takes a text", subject: field.description)
    }
  }

  private static func outside(_ field: FieldID) -> StoreError {
    StoreError(.invalid, "the place is not in the text", subject: field.description)
  }

  private mutating func open(_ record: RecordID, _ field: FieldID) throws -> OpenText {
    if let current, current.record == record, current.field == field { return current.text }
    let definition = try definition(of: field, in: record, container: .text)
    let opened: OpenText
    if let index = creationIndex[record] {
      if let known = createdTexts[record]?[definition.key] {
        opened = known
      } else {
        var text = ""
        if case .text(let initial)? = creations[index].fields[definition.key]?.first { text = initial }
        opened = OpenText(id: record, parents: [], kind: nil, rope: Rope(text))
        createdTexts[record, default: [:]][definition.key] = opened
      }
    } else {
      let place = TextPlace(record: try file.known(record).local, key: definition.key)
      if let known = texts[place] {
        opened = known
      } else {
        guard let text = try file.openText(at: place) else {
          throw StoreError(.notFound, "there is no such record", subject: record.description)
        }
        opened = OpenText(
          id: record, parents: try file.heads(of: text), kind: definition.kind, rope: text.rope)
        texts[place] = opened
      }
    }
    current = (record, field, opened)
    return opened
  }

  /// The initial fields of a record that this very write creates: its texts as they have been left.
  func initialFields(of creation: Creation) -> [InitialField] {
    var fields = creation.fields
    if fields.isOrdered, createdTexts.isEmpty { return fields.items }
    for (key, open) in createdTexts[creation.id] ?? [:] {
      let text = open.rope.string
      fields[key] = text.isEmpty ? nil : [.text(text)]
    }
    let items = fields.items.filter { !$0.values.isEmpty }
    let isSorted = zip(items, items.dropFirst()).allSatisfy { $0.key < $1.key }
    return isSorted ? items : items.sorted { $0.key < $1.key }
  }
}
