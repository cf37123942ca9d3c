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

  /// `FIELD=`, of the kind or record that the command names.
  static let assignments = CompletionKind.custom { words, _, _ in
    values(words) { replica in
      let schema = try replica.schema()
      let kind =
        words.lazy.compactMap { schema.kind(named: $0) }.first
        ?? words.lazy.compactMap { try? replica.record(RecordFinder(replica: replica).record($0))?.kind }.first
      return (kind.map { [$0] } ?? []).flatMap(\.fields).filter { $0.id != BuiltIn.externalID }.map { $0.name + "=" }
    }
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
