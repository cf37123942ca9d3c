import QuanCore

/// Dots of forked streams: which branch an author meant.
extension ReplicaFile {
  /// A change with its dots by the names that replicas go by here.
  ///
  /// While no stream is forked, that is the change itself. Otherwise a dot of a forked stream stands for the branch
  /// that its author had seen: the own one, or the one that the author's dependencies name.
  func resolve(_ change: Change, as index: Int) throws -> Change {
    guard streams.hasForks else { return change }
    let scope = change.stream.scope
    let context = try contexts.seen(by: index, connection)
    func resolve(_ dot: Dot, in scope: ScopeID) -> Dot { branch(of: dot, in: scope, seenBy: index, context) }
    func resolve(_ value: Value) -> Value {
      guard case .reference(let reference) = value else { return value }
      return .reference(Reference(resolve(reference.record, in: reference.scope), in: reference.scope))
    }
    func resolve(_ entry: EntryID) -> EntryID { EntryID(resolve(entry.dot, in: scope), entry.index) }
    func resolve(_ key: FieldKey) -> FieldKey { key.moved(to: resolve(key.id, in: .shared), element: resolve) }
    func resolve(_ place: ListPlace) -> ListPlace { ListPlace(parent: place.parent.map(resolve), side: place.side) }
    let operations = change.operations.map { operation in
      let record = resolve(operation.record, in: scope)
      switch operation.body {
      case .create(let kind, let fields):
        return Operation(
          record,
          .create(
            kind: resolve(kind, in: .shared),
            fields: fields.map { InitialField(resolve($0.key), $0.values.map(resolve)) }))
      case .write(let key, let values, let overwrites):
        return Operation(
          record,
          .write(
            field: resolve(key),
            values: values.map { WrittenValue(resolve($0.value), origin: $0.origin.map { resolve($0, in: scope) }) },
            overwrites: overwrites.map(resolve).sorted()))
      case .insert(let list, let place, let values):
        return Operation(record, .insert(list: resolve(list), place: resolve(place), values: values.map(resolve)))
      case .move(let list, let element, let place, let overwrites):
        return Operation(
          record,
          .move(
            list: resolve(list), element: resolve(element), place: resolve(place),
            overwrites: overwrites.map(resolve).sorted()))
      case .edit(let key, let edit):
        let parents = edit.parents.map { resolve($0, in: scope) }.sorted()
        return Operation(record, .edit(field: resolve(key), edit: edit.with(parents: parents)))
      case .increment(let key, let amount): return Operation(record, .increment(field: resolve(key), amount: amount))
      case .delete(let seen):
        var resolved: [ReplicaID: UInt64] = [:]
        for (replica, counter) in seen {
          let dot = resolve(Dot(replica, counter), in: scope)
          resolved[dot.replica] = max(resolved[dot.replica] ?? 0, counter)
        }
        return Operation(record, .delete(context: resolved))
      case .restore(let deletes):
        return Operation(record, .restore(deletes: deletes.map { resolve($0, in: scope) }.sorted()))
      }
    }
    return Change(
      stream: change.stream, number: change.number, firstCounter: change.firstCounter, author: change.author,
      time: change.time, message: change.message, dependencies: change.dependencies, operations: operations)
  }

  /// The dot by the name of the stretch that an author with a context meant.
  private func branch(of dot: Dot, in scope: ScopeID, seenBy index: Int, _ context: [Int: Contexts.Place]) -> Dot {
    guard let named = streams.index(name: dot.replica, scope: scope) else { return dot }
    let row = streams.rows[named]
    guard streams.hasChildren(named), dot.counter > row.counter else { return dot }
    // Below the named stretch: the one on a path that the author has been along, or seen.
    let seen = [index] + context.filter { $0.value.counter >= dot.counter }.keys.sorted()
    for tip in seen where streams.rows[tip].id == row.id {
      let path = streams.path(to: tip)
      guard let start = path.firstIndex(where: { $0.index == named }) else { continue }
      for stretch in path[(start + 1)...] where dot.counter <= stretch.counter || stretch.index == tip {
        return Dot(stretch.name, dot.counter)
      }
    }
    return dot
  }
}
