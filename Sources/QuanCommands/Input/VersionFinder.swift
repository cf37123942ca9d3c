import Quan

/// Finds the version that people mean: now, a change, a merge, a moment, or a saved version.
struct VersionFinder {
  let replica: Replica

  /// A version, and what it is called.
  struct Found {
    let version: Version
    let name: String
  }

  func version(_ text: String) throws -> Found {
    var wanted = ValueParser.halfWidth(text).trimmed
    if wanted == "now" || wanted == "现在" { return Found(version: .now, name: say("现在", "now")) }
    let isBefore = wanted.hasSuffix("^")
    if isBefore { wanted = String(wanted.dropLast()) }
    for prefix in ["merge:", "合并:"] where wanted.hasPrefix(prefix) {
      return try merge(String(wanted.dropFirst(prefix.count)), isBefore: isBefore)
    }
    if !isBefore, let found = try saved(text) { return found }
    if !isBefore, let moment = MomentForms.moment(wanted, endOfDay: true) {
      return Found(version: .written(by: moment), name: ValueText.time(moment))
    }
    let change = try self.change(wanted, whole: text)
    let name = try replica.shortForm(of: change.first)
    return isBefore
      ? Found(version: .before(change.change), name: say("\(name) 之前", "before \(name)"))
      : Found(version: .at(change.change), name: name)
  }

  private func change(_ wanted: String, whole: String) throws -> Provenance {
    do {
      return try ChangeFinder.change(wanted, replica)
    } catch let failure as CommandFailure where failure.details.isEmpty {
      throw CommandFailure(
        .failed, say("没有这个版本 '\(whole)'", "there is no version '\(whole)'"),
        hint: say("写法: quan topic versions", "how versions are written: quan topic versions"))
    }
  }

  private func merge(_ number: String, isBefore: Bool) throws -> Found {
    guard let number = Int64(number), let merge = try replica.merge(number) else {
      throw CommandFailure(
        .failed, say("没有保存合并 \(number)", "merge \(number) is not kept"),
        hint: say("列出: quan merge list", "list them: quan merge list"))
    }
    return isBefore
      ? Found(version: .holding(merge.before), name: say("合并 \(number) 之前", "before merge \(number)"))
      : Found(version: .holding(merge.after), name: say("合并 \(number)", "merge \(number)"))
  }

  /// A file that holds a version: one that was saved, or what a laptop has left on a stick.
  private func saved(_ path: String) throws -> Found? {
    guard path.hasSuffix(".quanvector") else { return nil }
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return Found(version: .holding(try replica.savedVersion(at: path)), name: Terminal.neutral(name))
  }
}
