import Quan

/// Who is who: the labels of replicas, for naming the sides of a conflict by person and laptop.
struct People {
  private let labels: [ReplicaID: String]

  /// Reads the labels that a replica knows; others may be given.
  init(_ replica: Replica, labels others: [ReplicaID: String] = [:]) throws {
    var labels = others
    for known in try replica.replicas() where !known.label.isEmpty { labels[known.id] = known.label }
    self.labels = labels
  }

  /// A replica's label, or the start of its ID when it never told one.
  func laptop(_ id: ReplicaID) -> String { Terminal.neutral(labels[id] ?? String(id.description.prefix(4))) }

  /// A person with laptop and time.
  func name(_ stamp: Stamp, _ replica: ReplicaID) -> String {
    let author = stamp.author.isEmpty ? say("不详", "unknown") : Terminal.neutral(stamp.author)
    return "\(author), \(laptop(replica)), \(ValueText.time(stamp.time))"
  }
}
