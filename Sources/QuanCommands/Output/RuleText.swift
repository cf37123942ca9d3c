import Quan

/// Merge rules in words.
enum RuleText {
  /// Why a rule, in its written form, decided as it did.
  static func reason(_ text: String, of kind: KindDefinition?) -> String {
    switch MergeRule(text) {
    case .latest(let name)?:
      let field = title(of: name, kind)
      return say("取\"\(field)\"最新的一方", "the side with the latest \"\(field)\" is taken")
    case .max?: return say("取最大值", "the greatest is taken")
    case .min?: return say("取最小值", "the least is taken")
    case .earliest?: return say("取最早的", "the earliest is taken")
    case .knownBeatsUnknown?, .knownBeatsUnknownLatest?: return say("已知胜过未知", "known beats unknown")
    case .keepAll?: return say("各方的值都显示", "all values are shown")
    case .keepAllLatest(let name)?:
      let field = title(of: name, kind)
      return say(
        "各方的值都显示, \"\(field)\"最新的在前", "all values are shown, first the one with the latest \"\(field)\"")
    case .upgrade(let beginnings)?:
      let steps = (beginnings.dropLast().joined(separator: "/"), beginnings.last ?? "")
      return say("\(steps.0) 开头的由 \(steps.1) 开头的取代", "what begins with \(steps.1) replaces what begins with \(steps.0)")
    case .ladder?: return say("暂按较低一步", "the lower step is shown")
    case .ask?: return say("由人决定", "people decide")
    case nil: return Terminal.neutral(text)
    }
  }

  private static func title(of field: String, _ kind: KindDefinition?) -> String {
    kind?.field(named: field).map { Titles.field($0) } ?? Terminal.neutral(field)
  }
}
