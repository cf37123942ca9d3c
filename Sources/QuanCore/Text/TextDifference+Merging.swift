extension TextDifference {
  /// What a text reads when two people have changed it at once, as far as the texts tell.
  ///
  /// - Complexity: as ``init(from:to:)``.
  public static func merged(base: String, _ one: String, _ other: String) -> String {
    let edits = [one, other].map { edit(from: base, to: $0) }
    let events = edits.enumerated().map { place, edit in
      TextEvent(dot: Dot(ReplicaID(rawValue: UInt64(place)), 1), parents: [-1], runs: edit.runs)
    }
    var rope = Rope(base)
    var walker = TextWalker(events)
    var source = Rope.Source()
    var deleted: [UInt8] = []
    walker.run(known: 0, length: rope.count) { step in
      rope.apply(step, of: edits[step.event].utf8, from: &source, deleted: &deleted)
    }
    return rope.string
  }

  private static func edit(from old: String, to new: String) -> TextEdit {
    let scalars = Array(new.unicodeScalars)
    var runs = TextRuns()
    for replacement in TextDifference(from: old, to: new).replacements.reversed() {
      if !replacement.old.isEmpty { runs.delete(replacement.old.count, at: replacement.old.lowerBound) }
      if !replacement.new.isEmpty {
        runs.insert(String(String.UnicodeScalarView(scalars[replacement.new])), at: replacement.old.lowerBound)
      }
    }
    return TextEdit(parents: [], runs: runs.runs, utf8: runs.utf8)
  }
}
