package import Quan

extension Transaction {
  /// Does what a step of a trace did to a text.
  ///
  /// - Parameter isClamped: Whether positions behind the end mean the end: a trace that was recorded with another order of
  ///   what is inserted at once has such.
  package mutating func play(
    _ step: EditingTrace.Step, in record: RecordID, _ field: FieldID, isClamped: Bool = false
  ) throws {
    for patch in step.patches {
      if isClamped {
        let count = try textCount(record, field)
        let start = min(patch.position, count)
        try delete(start..<min(start + patch.deleted, count), from: record, field)
        try insert(patch.inserted, at: start, in: record, field)
        continue
      }
      if patch.deleted > 0 {
        try delete(patch.position..<patch.position + patch.deleted, from: record, field)
      }
      try insert(patch.inserted, at: patch.position, in: record, field)
    }
  }
}

extension EditingTrace {
  /// Plays a trace with its concurrency: each author on a replica of their own, which takes in of the others' steps just
  /// what the author had seen.
  ///
  /// - Parameters:
  ///   - replicas: One for each author, all holding the record and its text.
  ///   - folder: Where bundles are kept meanwhile.
  ///   - isClamped: Whether positions behind the end mean the end.
  package func play(
    on replicas: [Replica], in record: RecordID, _ field: FieldID, folder: String, isClamped: Bool = false
  ) throws {
    // A step that another author continues ends a bundle.
    var isSeen = [Bool](repeating: false, count: steps.count)
    for step in steps {
      for parent in step.parents where steps[parent].author != step.author { isSeen[parent] = true }
    }
    var waiting = [[Step]](repeating: [], count: replicas.count)
    var sent = try replicas.map { try $0.vector() }
    // For each author, the bundles and the steps that they end with.
    var bundles = [[(end: Int, path: String)]](repeating: [], count: replicas.count)
    var taken = [[Int]](repeating: [Int](repeating: 0, count: replicas.count), count: replicas.count)
    func flush(_ author: Int) throws {
      guard !waiting[author].isEmpty else { return }
      try replicas[author].batch { batch in
        for step in waiting[author] { try batch.write { try $0.play(step, in: record, field, isClamped: isClamped) } }
      }
      waiting[author] = []
    }
    for (place, step) in steps.enumerated() {
      for parent in step.parents where steps[parent].author != step.author {
        let other = steps[parent].author
        let isDue = bundles[other].indices.contains {
          $0 >= taken[step.author][other] && bundles[other][$0].end <= parent
        }
        if isDue { try flush(step.author) }
        while let (end, path) = bundles[other].dropFirst(taken[step.author][other]).first, end <= parent {
          _ = try replicas[step.author].apply(bundleAt: path)
          taken[step.author][other] += 1
        }
      }
      waiting[step.author].append(step)
      guard isSeen[place] else { continue }
      try flush(step.author)
      let path = "\(folder)/\(place).quanbundle"
      if try replicas[step.author].writeBundle(to: path, lackedBy: sent[step.author]) != nil {
        bundles[step.author].append((place, path))
      }
      sent[step.author] = try replicas[step.author].vector()
    }
    for author in replicas.indices { try flush(author) }
  }
}
