import Quan

// Short forms in which the kinds are written down.

/// A line or paragraph of text.
func line(
  _ code: String, _ chinese: String, _ english: String, _ sensitivity: Sensitivity = .normal, rule: MergeRule = .ask
) -> FieldDraft {
  FieldDraft(code, Labels(chinese, english), rule: rule, sensitivity: sensitivity)
}

/// Several texts, which two laptops may add to at once.
func lines(_ code: String, _ chinese: String, _ english: String, _ sensitivity: Sensitivity = .normal) -> FieldDraft {
  FieldDraft(code, Labels(chinese, english), container: .set, sensitivity: sensitivity)
}

/// Texts in an order that two laptops may change at once: steps of a plan.
func steps(
  _ code: String, _ chinese: String, _ english: String, _ sensitivity: Sensitivity = .normal
) -> FieldDraft {
  FieldDraft(code, Labels(chinese, english), container: .list, sensitivity: sensitivity)
}

/// Texts under keys that people choose: whose number it is, and the number.
func entries(
  _ code: String, _ chinese: String, _ english: String, _ sensitivity: Sensitivity = .normal, rule: MergeRule = .ask
) -> FieldDraft {
  FieldDraft(code, Labels(chinese, english), container: .map, rule: rule, sensitivity: sensitivity)
}

/// Short prose of which both versions are kept, apart and whole, when two people write at once: remarks and notes.
func prose(
  _ code: String, _ chinese: String, _ english: String, _ sensitivity: Sensitivity = .sensitive
) -> FieldDraft {
  line(code, chinese, english, sensitivity, rule: .keepAll)
}

/// Prose that several people go on writing, merged as they typed it: what a visit found and advised, feedback, what was
/// done, said or objected.
func text(
  _ code: String, _ chinese: String, _ english: String, _ sensitivity: Sensitivity = .sensitive
) -> FieldDraft {
  FieldDraft(code, Labels(chinese, english), container: .text, sensitivity: sensitivity)
}

/// A civil date.
func day(
  _ code: String, _ chinese: String, _ english: String, _ sensitivity: Sensitivity = .normal, rule: MergeRule = .ask
) -> FieldDraft {
  FieldDraft(code, Labels(chinese, english), .date, rule: rule, sensitivity: sensitivity)
}

/// A whole number.
func count(
  _ code: String, _ chinese: String, _ english: String, _ sensitivity: Sensitivity = .normal, rule: MergeRule = .ask
) -> FieldDraft {
  FieldDraft(code, Labels(chinese, english), .integer, rule: rule, sensitivity: sensitivity)
}

/// An amount in yuan, kept in fen.
func yuan(_ code: String, _ chinese: String, _ english: String, _ sensitivity: Sensitivity = .normal) -> FieldDraft {
  FieldDraft(code, Labels(chinese, english), .decimal, scale: 2, sensitivity: sensitivity)
}

/// Yes, no or unknown: not knowing is never no, and knowing beats not knowing.
func flag(
  _ code: String, _ chinese: String, _ english: String, _ sensitivity: Sensitivity = .sensitive,
  rule: MergeRule = .knownBeatsUnknown
) -> FieldDraft {
  FieldDraft(code, Labels(chinese, english), .triState, rule: rule, sensitivity: sensitivity)
}

/// A status that an office attests: of yes and no, the one whose writer saw proof is proposed.
func status(_ code: String, _ chinese: String, _ english: String) -> FieldDraft {
  flag(code, chinese, english, rule: .knownBeatsUnknownLatest(by: "statuses_proved_on"))
}

/// A telephone number or an address: all are kept, first the one that was checked last, as the field of the code with
/// `_checked_on` behind it says.
func reachable(
  _ code: String, _ chinese: String, _ english: String, _ sensitivity: Sensitivity = .sensitive
) -> FieldDraft {
  line(code, chinese, english, sensitivity, rule: .keepAllLatest(by: code + "_checked_on"))
}

/// The day on which a telephone number or an address was last checked.
func checked(
  _ code: String, _ chinese: String, _ english: String, _ sensitivity: Sensitivity = .sensitive
) -> FieldDraft {
  day(code + "_checked_on", chinese + "核实日期", english + " checked on", sensitivity, rule: .max)
}

/// One of a list of codes.
func choice(
  _ code: String, _ chinese: String, _ english: String, _ choices: [Choice], _ sensitivity: Sensitivity = .normal,
  rule: MergeRule = .ask
) -> FieldDraft {
  FieldDraft(code, Labels(chinese, english), .choice, rule: rule, sensitivity: sensitivity, choices: choices)
}

/// Several of a list of codes.
func choices(
  _ code: String, _ chinese: String, _ english: String, _ choices: [Choice], _ sensitivity: Sensitivity = .normal
) -> FieldDraft {
  FieldDraft(
    code, Labels(chinese, english), .choice, container: .set, sensitivity: sensitivity, choices: choices)
}

/// A reference to a record of a kind; of any when none is named.
func link(
  _ code: String, _ chinese: String, _ english: String, to target: String = "", _ sensitivity: Sensitivity = .normal,
  belongs: Bool = false
) -> FieldDraft {
  FieldDraft(code, Labels(chinese, english), .reference, sensitivity: sensitivity, target: target, belongs: belongs)
}

/// References to several records of a kind.
func links(
  _ code: String, _ chinese: String, _ english: String, to target: String, _ sensitivity: Sensitivity = .normal
) -> FieldDraft {
  FieldDraft(
    code, Labels(chinese, english), .reference, container: .set, sensitivity: sensitivity, target: target)
}

/// The staff record of a person whose name stands in the field of the code: tables bring names, and who has records of
/// staff can say whose name it is.
func staffRecord(
  _ code: String, _ chinese: String, _ english: String, _ sensitivity: Sensitivity = .personal
) -> FieldDraft {
  link(code + "_ref", chinese + "（人员记录）", english + " (staff record)", to: "staff", sensitivity)
}

/// The staff records of people whose names stand in the field of the code.
func staffRecords(_ code: String, _ chinese: String, _ english: String) -> FieldDraft {
  links(code + "_ref", chinese + "（人员记录）", english + " (staff records)", to: "staff", .personal)
}

/// The record of the school whose name stands in the field `school`.
func schoolRecord(_ sensitivity: Sensitivity) -> FieldDraft {
  link("school_ref", "学校（学校记录）", "school (school record)", to: "school", sensitivity)
}

/// Codes with their labels, each written `code/中文/English`.
func codes(_ list: String...) -> [Choice] {
  list.map { item in
    let parts = item.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    precondition(parts.count == 3, "a code is written code/Chinese/English")
    return Choice(parts[0], Labels(parts[1], parts[2]))
  }
}

/// A kind with its keys, written as ``NaturalKey/list(_:)`` reads them.
func kind(
  _ code: String, _ chinese: String, _ english: String, key: String = "", rules: [Invariant] = [],
  isAppendOnly: Bool = false, _ fields: [FieldDraft]
) -> KindDraft {
  KindDraft(
    code, Labels(chinese, english), naturalKeys: NaturalKey.list(key), invariants: rules, isAppendOnly: isAppendOnly,
    fields)
}

/// What must hold, in words for when it does not.
func rule(_ name: String, _ expression: String, _ chinese: String, _ english: String) -> Invariant {
  Invariant(name, expression, Labels(chinese, english))
}
