import QuanCore

extension Transaction {
  /// The operations that the acts come to, in the order of their counters: creations as they were made, then the
  /// rest by sort, kind, field and record, which makes deltas small.
  func operations() throws -> [Operation] {
    var operations = creations.map { creation in
      Operation(creation.id, .create(kind: creation.kind, fields: initialFields(of: creation)))
    }
    guard !edits.isEmpty || !texts.isEmpty, let scope else { return operations }
    var rest: [(rank: Int, field: FieldKey?, record: LocalDot, operation: Operation)] = []
    for (record, edit) in edits {
      let local = try file.local(record, in: scope)
      for (key, write) in edit.writes
      where !write.values.isEmpty || !write.overwrites.isEmpty || key.isRegister {
        // As a register it could be written, but not read again.
        guard key.container != .text else {
          throw StoreError(.invalid, "the field takes a text", subject: key.id.description)
        }
        let body = Operation.Body.write(field: key, values: write.values, overwrites: write.overwrites.sorted())
        rest.append((0, key, local, Operation(record, body)))
      }
      for (key, amount) in edit.increments where amount != 0 {
        rest.append((1, key, local, Operation(record, .increment(field: key, amount: amount))))
      }
    }
    for (place, open) in texts where !open.runs.isEmpty {
      let edit = TextEdit(parents: open.parents, runs: open.runs.runs, utf8: open.runs.utf8)
      rest.append((2, place.key, place.record, Operation(open.id, .edit(field: place.key, edit: edit))))
    }
    rest.sort { one, other in
      if one.rank != other.rank { return one.rank < other.rank }
      if let a = one.field, let b = other.field, a != b { return a < b }
      return one.record < other.record
    }
    operations.append(contentsOf: rest.map(\.operation))
    appendListOperations(to: &operations)
    // Deletes and restores come last: their contexts take in the operations of the same change.
    for (record, edit) in edits.sorted(by: { $0.key < $1.key }) where edit.restores {
      let deletes = try file.load(try file.local(record, in: scope))?.state.deletes.keys.sorted() ?? []
      operations.append(Operation(record, .restore(deletes: deletes)))
    }
    for (record, edit) in edits.sorted(by: { $0.key < $1.key }) where !edit.restored.isEmpty {
      operations.append(Operation(record, .restore(deletes: edit.restored.sorted())))
    }
    for (record, edit) in edits.sorted(by: { $0.key < $1.key }) {
      for context in edit.redeleted { operations.append(Operation(record, .delete(context: context))) }
    }
    for (record, edit) in edits.sorted(by: { $0.key < $1.key }) where edit.deletes {
      var context: [ReplicaID: UInt64] = [:]
      if let stored = try file.load(try file.local(record, in: scope)) { context = stored.state.seen }
      for (position, operation) in operations.enumerated() where operation.record == record {
        context[file.meta.replica] = firstCounter + UInt64(position)
      }
      operations.append(Operation(record, .delete(context: context)))
    }
    return operations
  }

  /// Adds what was done to lists, in the order in which it was done, and gives the elements and places their names.
  private func appendListOperations(to operations: inout [Operation]) {
    let acts = edits.flatMap { record, edit in edit.listActs.map { (record: record, act: $0) } }
    let sorted = acts.sorted { $0.act.standIn < $1.act.standIn }
    let passing = PassingMoves(sorted.map(\.act))
    var dots: [Dot: Dot] = [:]
    for (record, act) in sorted {
      guard let act = passing.settled(act) else { continue }
      dots[act.standIn] = Dot(file.meta.replica, firstCounter + UInt64(operations.count))
      operations.append(Operation(record, act.body(dots)))
    }
  }
}
