import Quan

/// What a bundle is, for people and for programs.
enum BundleText {
  /// The folder beside a bundle that holds the attachments of its records.
  static func attachmentFolder(of file: String) -> String { file + "-attachments" }

  /// Checks the bundle, against the replica where there is one.
  static func withSummary<T>(
    of file: String, _ options: GlobalOptions, _ body: (BundleSummary, People?) throws -> T
  ) throws -> T {
    let alone = try Replica.inspect(bundleAt: file)
    guard let path = try? options.replicaPath(),
      let replica = try? options.open(path)
    else { return try body(alone, nil) }
    return try options.closing(replica) { replica in
      guard replica.workspace == alone.workspace else {
        throw StoreError(.otherWorkspace, "the bundle belongs to another workspace", subject: file)
      }
      return try body(try replica.summary(ofBundleAt: file), try People(replica))
    }
  }

  static func talk(_ summary: BundleSummary, _ people: People?) {
    func laptop(_ id: ReplicaID) -> String { people?.laptop(id) ?? String(id.description.prefix(4)) }
    Terminal.print(say("工作区 \(summary.workspace)", "workspace \(summary.workspace)"))
    Terminal.print(
      say(
        "来自 \(laptop(summary.sender)), \(ValueText.time(summary.time)), \(summary.size) 字节",
        "from \(laptop(summary.sender)), \(ValueText.time(summary.time)), \(summary.size) bytes"))
    var table = Table([say("电脑", "laptop"), say("更改", "changes"), say("字节", "bytes"), say("在本机", "here")])
    for segment in summary.segments {
      table.add([
        laptop(segment.stream.replica), "\(segment.range.lowerBound)-\(segment.range.upperBound)", String(segment.size),
        standing(segment.standing),
      ])
    }
    table.print()
    for place in summary.prerequisites {
      Terminal.print(
        say(
          "依据: \(laptop(place.stream.replica)) 的更改 \(place.tip.number)",
          "needs: change \(place.tip.number) of \(laptop(place.stream.replica))"))
    }
  }

  private static func standing(_ standing: BundleSummary.Segment.Standing?) -> String {
    switch standing {
    case .applicable: say("可应用", "new")
    case .known: say("已有", "known")
    case .pending: say("缺前置", "waits")
    case nil: "-"
    }
  }

  static func json(_ summary: BundleSummary) -> JSON {
    func place(_ place: Dependency) -> JSON {
      .object([
        "replica": .string(place.stream.replica.description), "scope": .string(place.stream.scope.description),
        "change": .integer(place.tip.number),
      ])
    }
    return .object([
      "workspace": .string(summary.workspace.description), "sender": .string(summary.sender.description),
      "time": .string(summary.time.description), "size": .integer(summary.size),
      "changes": .integer(summary.changeCount), "prerequisites": .array(summary.prerequisites.map(place)),
      "missing": .array(summary.missing.map(place)),
      "segments": .array(
        summary.segments.map { segment in
          .object([
            "replica": .string(segment.stream.replica.description), "scope": .string(segment.stream.scope.description),
            "first": .integer(segment.range.lowerBound), "last": .integer(segment.range.upperBound),
            "size": .integer(segment.size), "standing": segment.standing.map { .string($0.rawValue) } ?? .null,
          ])
        }),
    ])
  }
}
