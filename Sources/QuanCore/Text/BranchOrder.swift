/// Orders edits so that each comes after those that it continues and branches are gone along to their ends: who takes
/// them in one after another then seldom turns from one branch to another.
package enum BranchOrder {
  /// The places of edits in such an order.
  ///
  /// - Parameters:
  ///   - count: How many edits there are.
  ///   - parents: The places of those that an edit continues, all of them lower than its own; others are passed over.
  /// - Complexity: O(*n*) in the edits and their parents.
  package static func places(_ count: Int, parents: (Int) -> [Int]) -> [Int] {
    var missing = [Int](repeating: 0, count: count)
    var followers: [[Int]] = Array(repeating: [], count: count)
    for place in 0..<count {
      for parent in parents(place) where parent >= 0 && parent < place {
        missing[place] += 1
        followers[parent].append(place)
      }
    }
    var waiting = (0..<count).reversed().filter { missing[$0] == 0 }
    var order: [Int] = []
    order.reserveCapacity(count)
    while let place = waiting.popLast() {
      order.append(place)
      for follower in followers[place].reversed() {
        missing[follower] -= 1
        if missing[follower] == 0 { waiting.append(follower) }
      }
    }
    return order
  }
}
