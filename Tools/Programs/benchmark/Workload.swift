import Foundation
import Quan

/// The records workload: pupils with their visits, and the edits of two laptops.
struct Workload {
  /// A cell's value, as the workload has it.
  enum Cell: Sendable {
    case text(String)
    case number(Int64)
  }

  /// A record of the workload.
  struct Row: Sendable {
    let id: String
    let kind: String
    /// The fields in the order of ``fields``.
    let cells: [(name: String, value: Cell)]
  }

  /// An edit of one cell.
  struct Edit: Sendable {
    let id: String
    let field: String
    let value: Cell
  }

  /// The fields of each kind, in the order of the files.
  static let fields: [(kind: String, names: [String])] = [
    (
      "student",
      [
        "name", "student_no", "gender", "birth", "school", "grade", "guardian", "phone", "address", "aid_category",
        "status", "note",
      ]
    ), ("visit", ["student", "date", "mode", "visitor", "topics", "summary", "follow_up", "minutes"]),
  ]

  /// Every field an `ask` register, topics one register, so that the planted conflicts are the true ones.
  static let schema = SchemaDraft(
    fields.map { kind, names in
      KindDraft(
        kind, Labels(kind, kind),
        names.map { name in
          let type: ValueType =
            switch name {
            case "birth", "date": .date
            case "minutes": .integer
            case "student": .reference
            default: .text
            }
          return FieldDraft(name, Labels(name, name), type, target: name == "student" ? "student" : "")
        })
    })

  let folder: String

  // MARK: Reading

  /// A pupil and her visits, as they are entered together.
  func groups() throws -> [[Row]] {
    var groups: [[Row]] = []
    for object in try objects("base.jsonl") {
      guard let id = object["id"] as? String, let kind = object["kind"] as? String,
        let values = object["fields"] as? [String: Any],
        let names = Self.fields.first(where: { $0.kind == kind })?.names
      else { continue }
      let row = Row(id: id, kind: kind, cells: names.compactMap { name in values[name].map { (name, Self.cell($0)) } })
      if kind == "student" { groups.append([row]) } else { groups[groups.count - 1].append(row) }
    }
    return groups
  }

  /// The edits of a laptop, A or B.
  func edits(_ laptop: String) throws -> [Edit] {
    try objects("edits\(laptop).jsonl").compactMap { object in
      guard let id = object["id"] as? String, let field = object["field"] as? String, let value = object["value"] else {
        return nil
      }
      return Edit(id: id, field: field, value: Self.cell(value))
    }
  }

  /// The planted conflicts, each as `id field`.
  func conflicts() throws -> Set<String> {
    Set(
      try objects("conflicts.jsonl").compactMap { object in
        guard let id = object["id"] as? String, let field = object["field"] as? String else { return nil }
        return "\(id) \(field)"
      })
  }

  private func objects(_ name: String) throws -> [[String: Any]] {
    let data = try Data(contentsOf: URL(filePath: folder).appending(path: name))
    return try data.split(separator: UInt8(ascii: "\n")).compactMap { line in
      try JSONSerialization.jsonObject(with: line) as? [String: Any]
    }
  }

  private static func cell(_ value: Any) -> Cell {
    switch value {
    case let text as String: .text(text)
    case let list as [String]: .text("[" + list.map { "\"\($0)\"" }.joined(separator: ",") + "]")
    case let number as NSNumber: .number(number.int64Value)
    default: .text("\(value)")
    }
  }
}

/// The workload's kinds and fields in a replica.
struct WorkloadFields {
  private let kinds: [String: KindDefinition]
  private let byName: [String: [String: FieldDefinition]]

  init(_ replica: Replica) throws {
    let schema = try replica.schema()
    kinds = Dictionary(uniqueKeysWithValues: schema.kinds.map { ($0.name, $0) })
    byName = kinds.mapValues { kind in Dictionary(uniqueKeysWithValues: kind.fields.map { ($0.name, $0) }) }
  }

  func kind(_ name: String) -> KindID { kinds[name]?.id ?? .builtIn(0) }

  func field(_ name: String, of kind: String) -> FieldDefinition? { byName[kind]?[name] }

  /// A cell as a value; references are looked up in `known`.
  func value(_ cell: Workload.Cell, of field: FieldDefinition, known: (String) -> Reference?) -> Value? {
    switch (cell, field.type) {
    case (.number(let number), _): .integer(number)
    case (.text(let text), .date): CivilDate(text).map { .date($0) }
    case (.text(let text), .reference): known(text).map { .reference($0) }
    case (.text(let text), _): .text(text)
    }
  }
}
