import Quan

/// Passages of collaborative texts: who wrote them, and how two versions of a text differ.
struct PassageText {
  let text: ConflictText
  let field: FieldDefinition

  /// Who wrote what stands in the text, a passage a line.
  func lines(_ passages: [TextPassage]) throws -> [String] {
    try passages.flatMap { passage in
      let who = text.people.name(passage.stamp, passage.dot.replica)
      return Wrap.lines(
        "  ", "\(shown(passage.text))  <- \(who)\(try change(of: passage).map { " " + $0 } ?? "")",
        columns: text.columns)
    }
  }

  /// A passage as people read it: in quotes, long ones cut; masked when the field is sensitive.
  func shown(_ passage: String) -> String {
    let human = ValueText.human(.text(passage), of: field, replica: text.replica, reveal: text.reveal)
    return "\"\(human.count > 60 ? human.prefix(40) + "..." + human.suffix(16) : human[...])\""
  }

  /// What the change that a passage comes from goes by.
  func change(of passage: TextPassage) throws -> String? {
    guard let scope = try text.replica.record(passage.record)?.scope else { return nil }
    return try text.replica.provenance(of: passage.dot, in: scope).map { try text.replica.shortForm(of: $0.first) }
  }

  /// How a text differs from what it was, each stretch with a little of what stands around it: `..ab[-old-]{+new+}cd..`.
  func changes(from old: String, to new: String) -> [String] {
    let before = Array(old.unicodeScalars)
    let after = Array(new.unicodeScalars)
    func part(_ scalars: [Unicode.Scalar], _ range: Range<Int>) -> String {
      let text = String(String.UnicodeScalarView(scalars[range]))
      let human = ValueText.human(.text(text), of: field, replica: self.text.replica, reveal: self.text.reveal)
      return human.count > 60 ? human.prefix(40) + "..." + human.suffix(16) : human
    }
    return TextDifference(from: old, to: new).replacements.map { replacement in
      let start = max(0, replacement.old.lowerBound - Self.around)
      let end = min(before.count, replacement.old.upperBound + Self.around)
      var line = (start > 0 ? ".." : "") + part(before, start..<replacement.old.lowerBound)
      if !replacement.old.isEmpty { line += "[-" + part(before, replacement.old) + "-]" }
      if !replacement.new.isEmpty { line += "{+" + part(after, replacement.new) + "+}" }
      return line + part(before, replacement.old.upperBound..<end) + (end < before.count ? ".." : "")
    }
  }

  /// How many scalars are shown around what differs.
  private static let around = 12

  /// The same for programs: places are scalars of the text as it was.
  static func json(from old: String, to new: String) -> JSON {
    let before = Array(old.unicodeScalars)
    let after = Array(new.unicodeScalars)
    return .array(
      TextDifference(from: old, to: new).replacements.map { replacement in
        .object([
          "at": .integer(Int64(replacement.old.lowerBound)),
          "deleted": .string(String(String.UnicodeScalarView(before[replacement.old]))),
          "inserted": .string(String(String.UnicodeScalarView(after[replacement.new]))),
        ])
      })
  }
}
