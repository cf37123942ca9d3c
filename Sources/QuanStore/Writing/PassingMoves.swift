import QuanCore

/// The moves of a write that a later one of it takes back: where an element only passed by.
///
/// What counts is how the write leaves the list, so they become no operations and no places that are kept for ever, unless
/// something was put beside such a place.
struct PassingMoves {
  /// By the place that a move made, those that the element had left for it.
  private var left: [EntryID: [EntryID]] = [:]

  /// Looks through the acts of a write, in their order.
  init(_ acts: [ListAct]) {
    /// Places that a later act of this write needs: something stands beside them.
    var needed: Set<EntryID> = []
    /// Places that an element leaves later.
    var passed: Set<EntryID> = []
    for act in acts.reversed() {
      switch act.body {
      case .move(_, _, let place, let overwrites):
        let own = EntryID(act.standIn)
        passed.formUnion(overwrites)
        if passed.contains(own) && !needed.contains(own) {
          left[own] = overwrites
        } else if let parent = place.parent {
          needed.insert(parent)
        }
      case .insert(_, let place, _): if let parent = place.parent { needed.insert(parent) }
      case .create, .write, .edit, .increment, .delete, .restore: break
      }
    }
  }

  /// An act as it is to be written: a move from where the element stood before the write; `nil` for one that only passed.
  func settled(_ act: ListAct) -> ListAct? {
    guard case .move(let list, let element, let place, let overwrites) = act.body else { return act }
    if left[EntryID(act.standIn)] != nil { return nil }
    var places = overwrites
    while places.contains(where: { left[$0] != nil }) { places = places.flatMap { left[$0] ?? [$0] } }
    return ListAct(
      key: act.key, body: .move(list: list, element: element, place: place, overwrites: places), standIn: act.standIn)
  }
}
