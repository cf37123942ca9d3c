public import QuanCore

/// A passage of a collaborative text, and who wrote it.
public struct TextPassage: Hashable, Sendable {
  /// The record that holds it; joined records have a text each.
  public let record: RecordID
  /// The passage.
  public let text: String
  /// The operation that wrote it.
  public let dot: Dot
  /// Who wrote it, and when by their clock.
  public let stamp: Stamp

  /// A passage.
  public init(record: RecordID, text: String, dot: Dot, stamp: Stamp) {
    self.record = record
    self.text = text
    self.dot = dot
    self.stamp = stamp
  }
}

extension Replica {
  /// Who wrote what stands in a collaborative text: its passages in order, each by one operation; of joined records one
  /// text after another.
  ///
  /// - Parameter version: The version to look at.
  /// - Throws: ``StoreError`` with code `notFound`.
  /// - Complexity: O(*n*) in the changes of the replicas that have worked on the record, and O(*m* log *m*) in the edits of
  ///   the text.
  public func passages(
    of record: RecordID, _ field: FieldID, at version: Version = .now
  ) throws -> [TextPassage] {
    try read { file in
      let known = try file.known(record)
      let reach = try file.reach(of: version)
      let members = try file.members(of: known.local.rowID).map { LocalDot(rowID: $0) }
      let operations = try file.operations(on: Set(members))
      return members.flatMap { member -> [TextPassage] in
        guard let id = file.streams.dot(member)?.dot, let own = operations[member],
          let replay = ReplicaFile.texts(of: own, at: reach)[FieldKey(field, .text)]
        else { return [] }
        let stamps = Dictionary(own.map { ($0.dot, Stamp(author: $0.change.author, time: $0.change.time)) }) { $1 }
        return replay.passages { dot, text in
          let dot = dot ?? id
          return TextPassage(record: id, text: text, dot: dot, stamp: stamps[dot] ?? ReplicaFile.unread)
        }
      }
    }
  }
}

extension TextReplay {
  /// The passages that stand, in order; `body` is told the edit that wrote each, or `nil` for the record's creation.
  fileprivate func passages(_ body: (Dot?, String) -> TextPassage) -> [TextPassage] {
    var reader = Reader(self)
    var joined: [(event: Int, text: String)] = []
    for stretch in stretches() where stretch.deletedBy.isEmpty {
      let text = reader.text(of: stretch)
      if let last = joined.last, last.event == stretch.event {
        joined[joined.count - 1].text += text
      } else {
        joined.append((stretch.event, text))
      }
    }
    return joined.map { body($0.event < 0 ? nil : dots[$0.event], $0.text) }
  }
}
