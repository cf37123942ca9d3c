// A form that is filled in offline and synced over a folder: FormApp FILE FOLDER PERSON
import Quan

@main
struct FormApp {
  /// What the form asks for.
  static let form = SchemaDraft([
    KindDraft(
      "visit", Labels("家访", "visit"),
      [
        FieldDraft("pupil", Labels("学生", "pupil")), FieldDraft("date", Labels("日期", "date"), .date, rule: .max),
        FieldDraft("advice", Labels("建议", "advice")),
      ])
  ])
}
