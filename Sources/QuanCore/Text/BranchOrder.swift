/// Orders edits so that each comes after those that it continues and branches are gone along to their ends: who takes
/// them in one after another then seldom turns from one branch to another.
package enum BranchOrder {
  /// The places of edits in such an order.
  ///
  /// - Parameters:
  ///   - count: How many edits there are.
  ///   - parents: Tells the places of those that an edit continues, all of them lower than its own; others are passed over.
  /// - Complexity: O(*n*) in the edits and their parents.
  package static func places(_ count: Int, parents: (_ place: Int, _ found: (Int) -> Void) -> Void) -> [Int] {
    // For each edit how many of its parents are still to come, and the edits that continue it, as a chain of links.
    var missing = [Int](repeating: 0, count: count)
    var latest = [Int](repeating: -1, count: count)
    var links: [(follower: Int, before: Int)] = []
    links.reserveCapacity(count)
    for place in 0..<count {
      parents(place) { parent in
        guard parent >= 0 && parent < place else { return }
        missing[place] += 1
        links.append((place, latest[parent]))
        latest[parent] = links.count - 1
      }
    }
    var waiting = (0..<count).reversed().filter { missing[$0] == 0 }
    var order: [Int] = []
    order.reserveCapacity(count)
    while let place = waiting.popLast() {
      order.append(place)
      var link = latest[place]
      while link >= 0 {
        let follower = links[link].follower
        missing[follower] -= 1
        if missing[follower] == 0 { waiting.append(follower) }
        link = links[link].before
      }
    }
    return order
  }
}
