import ArgumentParser
import Quan

/// What a shell may offer to complete a word with, taken from the replica that the command would use.
///
/// Whatever goes wrong, nothing is offered and nothing is said: a shell is asking, not a person.
enum LiveValues {
  /// How many records are offered.
  private static let most = 200

  /// The codes of the kinds.
  static let kinds = CompletionKind.custom { words, _, _ in
    values(words) { replica in try people(replica).map(\.name) }
  }

  /// `FIELD=`, of the kind or record that the command names; behind that the codes of a choice and the words of a flag.
  static let assignments = CompletionKind.custom { words, place, _ in
    values(words) { replica in
      let fields = try meant(words, replica)?.fields.filter { $0.id != BuiltIn.externalID } ?? []
      let typed = words.indices.contains(place) ? words[place] : ""
      guard let field = fields.first(where: { typed.hasPrefix($0.name + "=") }) else {
        return fields.map { $0.name + "=" }
      }
      return codes(of: field).map { "\(field.name)=\($0)" }
    }
  }

  /// The natural keys that may decide, of the kind that the command names.
  static let keys = CompletionKind.custom { words, _, _ in
    values(words) { replica in
      try meant(words, replica)?.naturalKeys.filter { !$0.onlyNominates }.map(\.text) ?? []
    }
  }

  /// The fields of the kind that the command names, behind those that are there already with a comma.
  static let columns = CompletionKind.custom { words, place, _ in
    values(words) { replica in
      let typed = words.indices.contains(place) ? words[place] : ""
      let there = typed.lastIndex(of: ",").map { String(typed[...$0]) } ?? ""
      return try meant(words, replica)?.fields.map { there + $0.name } ?? []
    }
  }

  /// The attachments, by the first digits of their hashes.
  static let attachments = CompletionKind.custom { words, _, _ in
    values(words) { replica in
      var seen: [String] = []
      for use in try replica.attachmentUses() {
        let hash = String(use.hash.description.prefix(8))
        if !seen.contains(hash) { seen.append(hash) }
        if seen.count == most { break }
      }
      return seen
    }
  }

  /// The latest changes, shortened.
  static let changes = CompletionKind.custom { words, _, _ in
    values(words) { replica in try replica.log(limit: 30).map { try replica.shortForm(of: $0.first) } }
  }

  /// The merges whose reports are kept, the latest first.
  static let merges = CompletionKind.custom { words, _, _ in
    values(words) { replica in try replica.merges(limit: most).map { String($0.number) } }
  }

  /// The fields of the record that the command names.
  static let fields = CompletionKind.custom { words, _, _ in
    values(words) { replica in
      guard
        let record = words.lazy.compactMap({ try? replica.record(RecordFinder(replica: replica).record($0)) }).first
      else { return [] }
      return record.kind.fields.map(\.name)
    }
  }

  /// The latest records, shortened.
  static let records = CompletionKind.custom { words, _, prefix in
    values(words) { replica in
      if prefix.isEmpty || prefix == "''" {
        var recent: [RecordID] = []
        for entry in try replica.log(limit: 30) {
          for id in entry.records where !recent.contains(id) { recent.append(id) }
        }
        return try recent.prefix(most).filter { try replica.record($0)?.kind.id.replica != .builtIn }
          .map { try replica.shortForm(of: $0) }
      }
      return try replica.records(matching: prefix).map { try replica.shortForm(of: $0) }
    }
  }

  /// The records that have conflicts.
  static let conflicted = CompletionKind.custom { words, _, _ in
    values(words) { replica in
      var seen: [RecordID] = []
      for conflict in try replica.conflicts(limit: most) where !seen.contains(conflict.record) {
        seen.append(conflict.record)
      }
      return try seen.map { try replica.shortForm(of: $0) }
    }
  }

  /// The disputed fields of the record that the command names.
  static let conflictedFields = CompletionKind.custom { words, _, _ in
    values(words) { replica in
      let schema = try replica.schema()
      guard let id = words.lazy.compactMap({ try? RecordFinder(replica: replica).record($0) }).first else { return [] }
      return try replica.conflicts(of: id).compactMap { conflict in
        conflict.field.flatMap { schema.kind(conflict.kind)?.field($0)?.name }
      }
    }
  }

  /// The open problems, by the first digits of their codes.
  static let problems = CompletionKind.custom { words, _, _ in
    values(words) { replica in try replica.problems(limit: most).map { String($0.id.description.prefix(6)) } }
  }

  /// The other laptops, by label.
  static let laptops = CompletionKind.custom { words, _, _ in
    values(words) { replica in
      try replica.replicas().filter { !$0.isOwn }.map { $0.label.isEmpty ? $0.id.description : $0.label }
    }
  }

  /// The scopes, by label.
  static let scopes = CompletionKind.custom { words, _, _ in
    values(words) { replica in try replica.scopes().map(\.label) }
  }

  private static func people(_ replica: Replica) throws -> [KindDefinition] {
    try replica.schema().kinds.filter { $0.id.replica != .builtIn }
  }

  /// The kind that the words name, or that of the record that they name.
  private static func meant(_ words: [String], _ replica: Replica) throws -> KindDefinition? {
    let schema = try replica.schema()
    return words.lazy.compactMap { schema.kind(named: $0) }.first
      ?? words.lazy.compactMap { try? replica.record(RecordFinder(replica: replica).record($0))?.kind }.first
  }

  private static func codes(of field: FieldDefinition) -> [String] {
    switch field.type {
    case .choice: field.choices.map(\.code)
    case .triState: ["yes", "no", "unknown"]
    default: []
    }
  }

  /// Looks into the replica that the words so far mean.
  private static func values(_ words: [String], _ body: (Replica) throws -> [String]) -> [String] {
    func option(_ names: [String]) -> String? {
      for (index, word) in words.enumerated() {
        if names.contains(word), index + 1 < words.count { return words[index + 1] }
        for name in names where word.hasPrefix(name + "=") { return String(word.dropFirst(name.count + 1)) }
      }
      return nil
    }
    var options = GlobalOptions.quiet()
    options.replica = option(["-r", "--replica"])
    options.state = option(["--state"])
    return (try? options.withReplica(body).map { Terminal.neutral($0) }) ?? []
  }
}
