/// A sequence of nodes with three weights each, which finds a node by the weights before it and the weights before a
/// node, in logarithmic time.
///
/// Nodes are numbered in the order in which they were made and keep their number; -1 stands for none. It is a treap,
/// its priorities drawn from a fixed sequence.
/// - SeeAlso: Seidel and Aragon, *Randomized Search Trees*, Algorithmica 16 (1996).
struct WeightedSequence {
  /// The weights of a node, or their sums.
  struct Weights: Hashable {
    var first = 0
    var second = 0
    var third = 0

    static func += (sum: inout Weights, other: Weights) {
      sum.first += other.first
      sum.second += other.second
      sum.third += other.third
    }
  }

  private struct Node {
    var parent: Int32 = -1
    var left: Int32 = -1
    var right: Int32 = -1
    var priority: UInt32
    var own: Weights
    var sum: Weights
  }

  private var nodes: [Node] = []
  private var root: Int32 = -1
  private var random: UInt32 = 0x9E37_79B9

  /// The weights of all nodes together.
  var total: Weights { root < 0 ? Weights() : nodes[Int(root)].sum }

  /// How many nodes have been made.
  var count: Int { nodes.count }

  mutating func reserveCapacity(_ count: Int) { nodes.reserveCapacity(count) }

  // MARK: Changing

  /// Adds a node behind another, or in front of all.
  mutating func insert(_ weights: Weights, after other: Int) -> Int {
    random ^= random << 13
    random ^= random >> 17
    random ^= random << 5
    let node = Int32(nodes.count)
    nodes.append(Node(priority: random, own: weights, sum: weights))
    place(node, after: Int32(other))
    return Int(node)
  }

  private mutating func place(_ node: Int32, after other: Int32) {
    guard root >= 0 else {
      root = node
      return
    }
    var parent = other
    if other >= 0 && nodes[Int(other)].right < 0 {
      nodes[Int(other)].right = node
    } else {
      parent = other < 0 ? root : nodes[Int(other)].right
      while nodes[Int(parent)].left >= 0 { parent = nodes[Int(parent)].left }
      nodes[Int(parent)].left = node
    }
    nodes[Int(node)].parent = parent
    let weights = nodes[Int(node)].own
    var above = parent
    while above >= 0 {
      nodes[Int(above)].sum += weights
      above = nodes[Int(above)].parent
    }
    while parent >= 0, nodes[Int(node)].priority > nodes[Int(parent)].priority {
      rotateUp(node)
      parent = nodes[Int(node)].parent
    }
  }

  /// Gives a node other weights.
  mutating func set(_ node: Int, _ weights: Weights) {
    let own = nodes[node].own
    guard weights != own else { return }
    nodes[node].own = weights
    let change = Weights(
      first: weights.first - own.first, second: weights.second - own.second, third: weights.third - own.third)
    var above = Int32(node)
    while above >= 0 {
      nodes[Int(above)].sum += change
      above = nodes[Int(above)].parent
    }
  }

  /// Takes a node out; its number is not used again.
  mutating func remove(_ node: Int) {
    set(node, Weights())
    let place = Int32(node)
    while true {
      let left = nodes[node].left
      let right = nodes[node].right
      if left >= 0 && (right < 0 || nodes[Int(left)].priority > nodes[Int(right)].priority) {
        rotateUp(left)
      } else if right >= 0 {
        rotateUp(right)
      } else {
        break
      }
    }
    replaceChild(of: nodes[node].parent, place, by: -1)
    nodes[node].parent = -1
  }

  private mutating func replaceChild(of parent: Int32, _ old: Int32, by new: Int32) {
    if parent < 0 {
      root = new
    } else if nodes[Int(parent)].left == old {
      nodes[Int(parent)].left = new
    } else {
      nodes[Int(parent)].right = new
    }
  }

  private mutating func rotateUp(_ node: Int32) {
    let index = Int(node)
    let parent = nodes[index].parent
    let place = Int(parent)
    let above = nodes[place].parent
    let inner: Int32
    if nodes[place].left == node {
      inner = nodes[index].right
      nodes[place].left = inner
      nodes[index].right = parent
    } else {
      inner = nodes[index].left
      nodes[place].right = inner
      nodes[index].left = parent
    }
    if inner >= 0 { nodes[Int(inner)].parent = parent }
    replaceChild(of: above, parent, by: node)
    nodes[index].parent = above
    nodes[place].parent = node
    nodes[index].sum = nodes[place].sum
    var sum = nodes[place].own
    add(nodes[place].left, to: &sum)
    add(nodes[place].right, to: &sum)
    nodes[place].sum = sum
  }

  private func add(_ child: Int32, to sum: inout Weights) {
    guard child >= 0 else { return }
    sum += nodes[Int(child)].sum
  }

  // MARK: Finding

  /// The weights of a node.
  func own(_ node: Int) -> Weights { nodes[node].own }

  /// The node that holds the unit of first weight at a place, and the place within it; the place must exist.
  func find(first place: Int) -> (node: Int, offset: Int) {
    var rest = place
    var node = Int(root)
    while true {
      let left = nodes[node].left
      if left >= 0 {
        let before = nodes[Int(left)].sum.first
        if rest < before {
          node = Int(left)
          continue
        }
        rest -= before
      }
      let own = nodes[node].own.first
      if rest < own { return (node, rest) }
      rest -= own
      node = Int(nodes[node].right)
    }
  }

  /// The weights of all nodes in front of one.
  func before(_ node: Int) -> Weights {
    var sum = leftSum(node)
    var child = Int32(node)
    var parent = nodes[node].parent
    while parent >= 0 {
      if nodes[Int(parent)].right == child {
        sum += leftSum(Int(parent))
        sum += nodes[Int(parent)].own
      }
      child = parent
      parent = nodes[Int(parent)].parent
    }
    return sum
  }

  private func leftSum(_ node: Int) -> Weights {
    let left = nodes[node].left
    return left < 0 ? Weights() : nodes[Int(left)].sum
  }

  /// The first node, or -1.
  var first: Int {
    guard root >= 0 else { return -1 }
    var node = root
    while nodes[Int(node)].left >= 0 { node = nodes[Int(node)].left }
    return Int(node)
  }

  /// The node behind another, or -1.
  func next(_ node: Int) -> Int {
    var place = nodes[node].right
    if place >= 0 {
      while nodes[Int(place)].left >= 0 { place = nodes[Int(place)].left }
      return Int(place)
    }
    var child = Int32(node)
    place = nodes[node].parent
    while place >= 0, nodes[Int(place)].right == child {
      child = place
      place = nodes[Int(place)].parent
    }
    return Int(place)
  }

  /// The node in front of another, or -1.
  func previous(_ node: Int) -> Int {
    var place = nodes[node].left
    if place >= 0 {
      while nodes[Int(place)].right >= 0 { place = nodes[Int(place)].right }
      return Int(place)
    }
    var child = Int32(node)
    place = nodes[node].parent
    while place >= 0, nodes[Int(place)].left == child {
      child = place
      place = nodes[Int(place)].parent
    }
    return Int(place)
  }

  /// The first node with a third weight behind another, or from the beginning on; -1 when there is none.
  func nextWithThird(after node: Int) -> Int {
    var rest = 0
    if node >= 0 { rest = before(node).third + nodes[node].own.third }
    guard rest < total.third else { return -1 }
    var node = Int(root)
    while true {
      let left = nodes[node].left
      if left >= 0 {
        let before = nodes[Int(left)].sum.third
        if rest < before {
          node = Int(left)
          continue
        }
        rest -= before
      }
      let own = nodes[node].own.third
      if rest < own { return node }
      rest -= own
      node = Int(nodes[node].right)
    }
  }

  /// Whether a node stands before another one.
  func isBefore(_ one: Int, _ other: Int) -> Bool {
    guard one != other else { return false }
    var (a, b) = (one, other)
    var (below, beside) = (-1, -1)
    var (high, low) = (depth(a), depth(b))
    while high > low {
      below = a
      a = Int(nodes[a].parent)
      high -= 1
    }
    while low > high {
      beside = b
      b = Int(nodes[b].parent)
      low -= 1
    }
    while a != b {
      (below, beside) = (a, b)
      a = Int(nodes[a].parent)
      b = Int(nodes[b].parent)
    }
    if below < 0 { return Int(nodes[a].right) == beside }
    return Int(nodes[a].left) == below
  }

  private func depth(_ node: Int) -> Int {
    var depth = 0
    var above = nodes[node].parent
    while above >= 0 {
      depth += 1
      above = nodes[Int(above)].parent
    }
    return depth
  }
}
