import QuanTesting
import Testing

/// The examples are run as a newcomer would run them, and say what they promise.
@Suite("Examples")
struct ExampleTests {
  @Test("TwoReplicas: a conflict, both sides with their authors, settled on both")
  func twoReplicas() throws {
    let folder = TemporaryFolder(inMemory: true)
    let outcome = try Program.run(try Built.program("TwoReplicas"), [folder.path])
    #expect(outcome.status == 0)
    #expect(outcome.err.isEmpty)
    #expect(
      outcome.out == """
        conflict over school:
          text("Second School") by Mr Li
          text("First School") by Ms Wang
        open conflicts: 0 and 0
        away shows: [QuanCore.Value.text("First School")]

        """)
  }

  @Test("Stick: three pupils travel over a folder, and a watcher is told of them")
  func stick() throws {
    let folder = TemporaryFolder(inMemory: true)
    let stick = folder.folder("stick")
    let outcome = try Program.run(try Built.program("Stick"), [folder.path, stick])
    #expect(outcome.status == 0)
    #expect(outcome.err.isEmpty)
    #expect(
      outcome.out == """
        first wrote 1 bundle
        second took in 3 changes, 3 new records
        told of 3 new records

        """)
    #expect(TemporaryFolder.names(in: stick).contains { $0.hasSuffix(".quanbundle") })
  }

  @Test("Bulletin: another ledger made of a schema file and a table, kept on two laptops, and its bulletin")
  func bulletin() throws {
    let folder = TemporaryFolder(inMemory: true)
    let example = Built.repository + "/Examples/Bulletin"
    func quan(_ arguments: String..., on laptop: String) throws -> Outcome {
      let state = folder.path + "/" + laptop
      let own = ["init", "join"].contains(arguments[0]) ? [] : ["-r", state + ".quan"]
      let outcome = try Program.run(try Built.quan.get(), arguments + own + ["--state", state])
      #expect(outcome.status == 0, "\(outcome.err)")
      return outcome
    }
    let stick = folder.folder("stick")
    _ = try quan(
      "init", folder.path + "/a.quan", "--open", "--name", "a", "--author", "甲", "--schema", example + "/schema.json",
      on: "a")
    TemporaryFolder.write(TemporaryFolder.read(example + "/tasks.csv"), to: folder.path + "/tasks.csv")
    _ = try quan("import", folder.path + "/tasks.csv", "--kind", "task", on: "a")
    _ = try quan("sync", stick, on: "a")
    _ = try quan("join", folder.path + "/b.quan", "--from", stick, "--name", "b", "--author", "乙", on: "b")
    let late = try quan("list", "task", "--where", "state=未开始", "--json", on: "a").json["id"].string ?? ""
    _ = try quan("edit", late, "state=已完成", on: "a")
    _ = try quan("edit", late, "state=进行中", on: "b")
    for laptop in ["a", "b", "a"] { _ = try quan("sync", stick, on: laptop) }
    for laptop in ["a", "b"] {
      let outcome = try Program.run(
        try Built.program("Bulletin"),
        [folder.path + "/\(laptop).quan", "2026-Q1", "2026-04-01", folder.path + "/" + laptop])
      #expect(
        outcome.out == """
          2026-Q1 党建任务通报（截至 2026-04-01）: 完成 3/6
            第一小学支部  2/2  表扬
            第二小学支部  1/2  逾期: 党员家访结对
            实验中学支部  0/2  逾期: 主题党日三次
          尚有 1 处待定, 数字可能变化

          """, "nobody's 'done' hides another's 'not yet'")
    }
  }

  @Test("FormApp: two people fill in one form offline, the dates merge by rule, and a conflict is settled in the form")
  func formApp() throws {
    let folder = TemporaryFolder(inMemory: true)
    let stick = folder.folder("stick")
    /// Runs the app; the answers are typed into its form.
    func fill(_ person: String, _ answers: String..., at place: String) throws -> String {
      let script = #"printf '%s\n' "$@" | "$APP" "$FILE" "$PLACE" "$PERSON""#
      let outcome = try Program.run(
        "/bin/sh", ["-c", script, "sh"] + answers,
        environment: [
          "APP": try Built.program("FormApp"), "FILE": "\(folder.path)/\(person).quan", "PLACE": place,
          "PERSON": person,
        ])
      #expect(outcome.status == 0 && outcome.err.isEmpty, "\(outcome)")
      return outcome.out
    }
    let first = try fill("Wang", "泉泉", "2026-03-01", "每天读书", at: stick)
    #expect(first.hasPrefix("0 in, 1 out, 0 to settle\npupil? date? advice? 0 in, "))
    #expect(try fill("Li", "", at: stick).hasPrefix("0 in, 1 out, 0 to settle\npupil? "))
    _ = try fill("Wang", "", at: stick)

    // Both change the visit while neither has the stick.
    _ = try fill("Wang", "泉泉", "2026-04-01", "少看手机", at: folder.folder("Wang's"))
    _ = try fill("Li", "泉泉", "2026-03-20", "早睡", at: folder.folder("Li's"))
    _ = try fill("Wang", "", at: stick)
    let settled = try fill("Li", "", "1", at: stick)
    #expect(settled.contains("1 to settle\n") && settled.hasSuffix(" out, 0 to settle\n"))
    #expect(settled.contains("text(\"少看手机\") by Wang") && settled.contains("text(\"早睡\") by Li"))
    #expect(try fill("Wang", "", at: stick).hasSuffix("0 to settle\n"))
    for person in ["Wang", "Li"] {
      let file = "\(folder.path)/\(person).quan"
      let visits = try Program.run(
        try Built.quan.get(), ["export", "--kind", "visit", "-r", file, "--state", file + "-state"])
      #expect(try visits.json["fields"]["date"].string == "2026-04-01")
    }
    let source = TemporaryFolder.read(Built.repository + "/Examples/FormApp/FormApp.swift")
    let lines = String(decoding: source, as: UTF8.self).split(separator: "\n")
    #expect(lines.count { !$0.drop { $0 == " " }.hasPrefix("//") } <= 60, "the tutorial promises 60 lines")
  }

  @Test("Guides: what the excerpts of the guides do is what the guides say")
  func guides() throws {
    let folder = TemporaryFolder(inMemory: true)
    _ = folder.folder("stick")
    TemporaryFolder.write(Array("a synthetic form".utf8), to: folder.path + "/form.jpg")
    let outcome = try Program.run(try Built.program("Guides"), [folder.path])
    #expect(outcome.status == 0)
    #expect(outcome.err.isEmpty)
    #expect(
      outcome.out == """
        schema: ["name", "boarding", "allergies", "form", "bus", "external_id"]
        schema: 2 allergies
        exchange: 0 in, 0 applied, 1 out
        exchange: away begins with 1 records
        exchange: by mail 1 applied
        rules: decidedByRule over last
        rules: value over advice, ["Mr Li", "Ms Wang"]
        rules: [QuanCore.Value.date(2026-04-01)], 0 open
        attachments: form.jpg, 16 bytes, 1 use
        identity: the copy is moved
        identity: new one true

        """)
  }
}
