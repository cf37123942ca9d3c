import ArgumentParser
import Quan

/// `quan history`: what happened to a record.
struct History: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: say("一条记录的来龙去脉: 谁在何时改了什么", "What happened to a record: who changed what, and when."))

  @OptionGroup var options: GlobalOptions
  @Argument(help: ArgumentHelp(say("记录编号", "The record."), valueName: "ID"), completion: LiveValues.records)
  var record: String
  @Argument(
    help: ArgumentHelp(
      say("只看一个字段, 或列表、映射的一项: 字段[2]、字段.键", "Only one field, or one item of it: FIELD[2], FIELD.KEY."),
      valueName: "FIELD"), completion: LiveValues.fields)
  var field: String?

  func run() throws {
    options.beginPages()
    try options.withReplica { replica in
      let id = try RecordFinder(replica: replica).record(record)
      guard let found = try replica.record(id) else { throw CommandFailure(StoreError(.notFound, "", subject: record)) }
      let (field, name) = try self.field.map { try ItemName.read($0, of: found.kind) } ?? (nil, nil)
      let item = try field.flatMap { field in try name?.item(of: field, in: found) }
      try printPast(of: found, only: field, isItem: item != nil, replica)
      try printSteps(of: found, only: field, item, replica)
      if let field, field.container == .text { try printPassages(of: field, in: found, replica) }
    }
  }

  private func printSteps(
    of found: Record, only field: FieldDefinition?, _ item: FieldItem?, _ replica: Replica
  ) throws {
    var steps = try replica.history(of: found.id, field: field?.id)
    let text = HistoryText(
      replica: replica, record: found, reveal: options.reveal, told: HistoryText.told(by: steps))
    if let field, let item { steps.removeAll { !$0.concerns(item, of: field) } }
    let people = try People(replica)
    var last: ChangeID?
    for step in steps {
      if options.json {
        Terminal.print(try text.json(step, only: field, people, in: found.scope).line)
        continue
      }
      if step.change != last {
        let name = try replica.provenance(of: step.dot, in: found.scope).map { try replica.shortForm(of: $0.first) }
        let message = try step.message.map { "  " + (try MessageText.quoted($0, replica)) } ?? ""
        Terminal.print(
          people.name(step.stamp, step.dot.replica) + (name.map { say("  更改 \($0)", "  change \($0)") } ?? "")
            + message)
      }
      last = step.change
      for line in try text.lines(step, only: field) { Terminal.print("    " + line) }
    }
  }

  /// What happened to a record where it came from: all of it where that is held, else who wrote what it came with.
  private func printPast(
    of found: Record, only field: FieldDefinition?, isItem: Bool, _ replica: Replica
  ) throws {
    let transfers = try TransferText(replica, reveal: options.reveal)
    // Two acceptances of one transfer came from one record.
    var told: Set<Reference> = []
    for past in try replica.continuations(of: found.id) where told.insert(past.record).inserted {
      let old = past.isHeld ? try replica.record(past.record.record) : nil
      if let old, old.id != found.id {
        try printPast(of: old, only: field, isItem: isItem, replica)
        // An element of a list goes by another name where it came from: all elements are told of.
        try printSteps(of: old, only: field, nil, replica)
      } else {
        for origin in past.origins where field == nil || origin.field == field?.id {
          let name = found.kind.field(origin.field)
          if options.json {
            Terminal.print(transfers.json(origin, name, past).line)
          } else {
            Terminal.print(transfers.line(origin, name))
          }
        }
      }
      if !options.json { Terminal.print("--- " + (try transfers.cameFrom(past))) }
    }
  }

  /// Who wrote each passage of a text as it is now.
  private func printPassages(of field: FieldDefinition, in record: Record, _ replica: Replica) throws {
    let passages = try replica.passages(of: record.id, field.id)
    guard !passages.isEmpty else { return }
    if options.json {
      let text = try ConflictText(replica, reveal: options.reveal)
      let written = try passages.map { try text.written(.text($0.text), $0.dot, $0.stamp, of: field, in: record.scope) }
      Terminal.print(JSON.object(["field": .string(field.name), "passages": .array(written)]).line)
      return
    }
    Terminal.print(say("现在的文字, 各段由谁写:", "The text as it is now, by who wrote it:"))
    let text = PassageText(text: try ConflictText(replica, reveal: options.reveal), field: field)
    for line in try text.lines(passages) { Terminal.print("  " + line) }
  }
}

extension HistoryStep {
  /// Whether a step made, wrote or moved an item of a field.
  fileprivate func concerns(_ item: FieldItem, of field: FieldDefinition) -> Bool {
    switch body {
    case .create(_, let fields):
      fields.contains { initial in
        guard initial.key.id == field.id else { return false }
        if case .element(let element) = item { return initial.key.item == nil && element.dot == dot }
        return initial.key.item == item
      }
    case .write(let key, _, _): key.id == field.id && key.item == item
    case .insert(let list, _, _):
      if case .element(let element) = item { list.id == field.id && element.dot == dot } else { false }
    case .move(let list, let element, _, _): list.id == field.id && item == .element(element)
    case .edit, .increment, .delete, .restore: false
    }
  }
}
