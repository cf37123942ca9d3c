import Quan

/// Schools and the people who work there.
enum People {
  static let kinds = [school, staff]

  static let school = kind(
    "school", "学校", "school", key: "school_code; name?", rules: Rules.school,
    [
      line("school_code", "学校标识码", "school code"), line("name", "学校名称", "name"),
      choices("stages", "学段", "stages", Choices.stages), line("division", "行政区划", "division"),
      choice("status", "状态", "status", codes("open/在办/open", "merged/合并/merged", "closed/撤销/closed")),
      line("supervisor", "包校督导", "supervisor", .personal), staffRecord("supervisor", "包校督导", "supervisor"),
    ])

  static let staff = kind(
    "staff", "人员", "staff", key: "staff_no",
    [
      line("name", "姓名", "name", .personal), line("staff_no", "工号", "staff number", .personal),
      choices("role", "角色", "role", Choices.roles, .personal),
      links("schools", "学校", "schools", to: "school", .personal),
      reachable("phone", "联系电话", "phone", .personal), checked("phone", "联系电话", "phone", .personal),
      flag("active", "在岗", "active", .personal),
    ])
}
