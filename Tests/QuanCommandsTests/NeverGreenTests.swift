import QuanTesting
import Testing

/// Nothing ends as if all were well while a conflict or a problem is open.
@Suite("Never green while something is open")
struct NeverGreenTests {
  @Test(
    "every command that merges, settles or undoes ends with what is open and what to type; status, list and show mark it"
  )
  func reminders() throws {
    let office = try Office()
    let pupil = try office.student("name=泉泉", "class=1班", "school=一小")
    for (laptop, place) in [("A", "2"), ("B", "3")] {
      try office.quan(laptop, "edit", pupil, "class=\(place)班", "school=\(place)小")
    }
    let twins = try office.laptops.map { laptop in
      try office.quan(laptop, "add", "student", "name=张伟", "birth=2012-03-04").text
    }
    try office.quan("B", "bundle", "create", office.path("b.quanbundle"))
    let rows = office.path("rows.jsonl")
    TemporaryFolder.write(
      Array("{\"id\":\"s1\",\"kind\":\"student\",\"fields\":{\"name\":\"三宝\"}}\n".utf8), to: rows)

    /// Expects both reminders of a command, as far as something of the sort is open.
    func expect(_ command: String..., conflicts: Int, problems: Int) throws {
      let outcome = try office.tool(command + office.own("A") + ["--lang", "en"])
      let said = outcome.out + outcome.err
      let names = command.prefix(2).joined(separator: " ")
      #expect(said.contains("quan problem list") == (problems > 0), "\(names): \(said)")
      let isSaid = said.contains("\(conflicts) conflict") || said.contains("\(conflicts) open")
      #expect(isSaid || conflicts == 0, "\(names): \(said)")
      let status = try office.quan("A", "status", "--json").json
      #expect(status["conflicts"].int == conflicts && status["problems"].int == problems, "\(names)")
      let isOpen = conflicts > 0
      try office.quan("A", "status", "--fail-on-conflict", status: isOpen ? 1 : 0)
      try office.quan("A", "status", "--fail-on-problem", status: problems > 0 ? 1 : 0)
    }
    try expect("bundle", "apply", office.path("b.quanbundle"), conflicts: 2, problems: 1)
    try expect("sync", office.stick, conflicts: 2, problems: 1)
    try expect("import", rows, conflicts: 2, problems: 1)
    try expect("conflict", "resolve", pupil, "class", "--take", "1", conflicts: 1, problems: 1)
    try expect("undo", conflicts: 2, problems: 1)
    try expect("conflict", "resolve", "--prefer-latest", "--yes", conflicts: 0, problems: 1)
    let merge = try #require(
      try office.quan("A", "merge", "list", "--json").jsonLines.first { $0["new_conflicts"].int == 2 }?["merge"].int)
    try expect("undo", "--merge", "\(merge)", "--yes", conflicts: 2, problems: 1)
    try expect("merge-records", twins[0], twins[1], conflicts: 2, problems: 0)
    try expect("merge-records", twins[0], twins[1], "--undo", conflicts: 2, problems: 1)
    for (language, open) in [("en", "2 conflicts"), ("zh", "冲突 2")] {
      let listed = try office.tool(["list", "student", "--lang", language] + office.own("A")).out
      #expect(listed.contains("! \(open)"))
      #expect(listed.contains(language == "en" ? "1 problem" : "问题 1"))
    }
    let shown = try office.tool(["show", pupil, "--lang", "en"] + office.own("A")).out
    #expect(shown.contains("! class") && shown.contains("quan conflict show"))
    #expect(try office.tool(["show", twins[0], "--lang", "en"] + office.own("A")).out.contains("quan problem show"))
  }
}
