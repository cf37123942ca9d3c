import ArgumentParser
import Quan

/// `quan blame`: who wrote what stands in a record.
struct Blame: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: say("每一项现在的值是谁在何时何处写的", "Who wrote what stands in each field, when and on which laptop."))

  @OptionGroup var options: GlobalOptions
  @Argument(help: ArgumentHelp(say("记录编号", "The record."), valueName: "ID"), completion: LiveValues.records)
  var record: String
  @Argument(help: ArgumentHelp(say("只看一个字段", "Only one field."), valueName: "FIELD"), completion: LiveValues.fields)
  var field: String?

  func run() throws {
    options.beginPages()
    try options.withReplica { replica in
      let id = try RecordFinder(replica: replica).record(record)
      guard let found = try replica.record(id) else { throw CommandFailure(StoreError(.notFound, "", subject: record)) }
      let field = try field.map { try Assignment.field(named: $0, of: found.kind) }
      let origins = try replica.origins(of: id, field: field?.id)
      let text = try ConflictText(replica, reveal: options.reveal)
      if options.json {
        for origin in origins { Terminal.print(try json(origin, found, text).line) }
        return
      }
      Terminal.print(try text.head(id, found.scope))
      var table = Table(
        [
          say("字段", "field"), say("值", "value"), say("谁", "who"), say("电脑", "laptop"), say("时间", "time"),
          say("更改", "change"),
        ], whole: [0, 4, 5])
      for origin in origins where !origin.shown.isEmpty { try add(origin, found, text, to: &table) }
      if !table.isEmpty { table.print() }
      Terminal.remark(
        say("一项的来龙去脉: quan history \(record) 字段", "how a field came about: quan history \(record) FIELD"))
    }
  }

  /// A row for each value that stands in a field.
  private func add(_ origin: FieldOrigin, _ record: Record, _ text: ConflictText, to table: inout Table) throws {
    if origin.definition.container == .text {
      let passages = PassageText(text: text, field: origin.definition)
      for (index, passage) in try text.replica.passages(of: record.id, origin.definition.id).enumerated() {
        table.add([
          index == 0 ? Titles.field(origin.definition) : "", passages.shown(passage.text),
          passage.stamp.author.isEmpty ? say("不详", "unknown") : passage.stamp.author,
          text.people.laptop(passage.dot.replica), ValueText.time(passage.stamp.time),
          try passages.change(of: passage) ?? "",
        ])
      }
      return
    }
    let isOpen = origin.outcome == .asked || origin.outcome == .disputed
    let name = (isOpen ? say("! 冲突 ", "! conflict ") : "") + Titles.field(origin.definition)
    if origin.sides.isEmpty {
      let total = origin.shown.map {
        ValueText.human($0, of: origin.definition, replica: text.replica, reveal: text.reveal)
      }
      table.add([name, total.joined(separator: " | "), say("多人累计", "added up"), "", "", ""])
    }
    for (index, side) in origin.sides.enumerated() {
      let source = try text.replica.provenance(of: side.dot, in: record.scope)
      let author = side.stamp.author.isEmpty ? say("不详", "unknown") : side.stamp.author
      table.add([
        index == 0 ? name : "", text.text(side, origin.definition), author, text.people.laptop(side.dot.replica),
        ValueText.time(side.stamp.time), try source.map { try text.replica.shortForm(of: $0.first) } ?? "",
      ])
    }
  }

  private func json(_ origin: FieldOrigin, _ record: Record, _ text: ConflictText) throws -> JSON {
    // Of a text each passage has its author.
    let written: [(value: Value?, dot: Dot, stamp: Stamp)] =
      origin.definition.container == .text
      ? try text.replica.passages(of: record.id, origin.definition.id).map { (.text($0.text), $0.dot, $0.stamp) }
      : origin.sides.map { ($0.value, $0.dot, $0.stamp) }
    return .object([
      "field": .string(origin.definition.name), "shown": text.json(origin.shown, of: origin.definition),
      "conflict": .bool(origin.outcome == .asked || origin.outcome == .disputed),
      "values": .array(
        try written.map { side in
          try text.written(side.value, side.dot, side.stamp, of: origin.definition, in: record.scope)
        }),
    ])
  }
}
