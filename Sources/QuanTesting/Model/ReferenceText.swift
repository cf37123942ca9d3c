package import QuanCore

/// A collaborative text in the obvious way: a tree with a node for every scalar that was ever inserted, walked whole for
/// every step.
///
/// It is FugueMax as its paper gives it, which has nothing in common with what QuanCore does but what it must come to.
/// - SeeAlso: Weidner and Kleppmann, *The Art of the Fugue*, arXiv:2305.00583.
package struct ReferenceText {
  private struct Node {
    let event: Int
    let scalar: Unicode.Scalar
    /// For a right child, the node that stood behind it when it was inserted; -1 for the end.
    let rightOrigin: Int
    var leftChildren: [Int] = []
    var rightChildren: [Int] = []
    /// The edits that deleted it.
    var deletedBy: [Int] = []
  }

  /// Node 0 is the root, which is no scalar.
  private var nodes = [Node(event: -1, scalar: "\0", rightOrigin: -1)]
  /// For each edit, the edits that it had seen, itself among them.
  private var pasts: [Set<Int>] = []
  private var dots: [Dot] = []

  /// A text as it was before all edits.
  package init(_ text: String = "") {
    var last = 0
    for scalar in text.unicodeScalars {
      nodes.append(Node(event: -1, scalar: scalar, rightOrigin: -1))
      nodes[last].rightChildren.append(nodes.count - 1)
      last = nodes.count - 1
    }
  }

  /// The nodes in their order.
  private func walk() -> [Int] {
    var order: [Int] = []
    var stack: [(node: Int, isEntered: Bool)] = [(0, false)]
    while let (node, isEntered) = stack.popLast() {
      if isEntered {
        if node > 0 { order.append(node) }
        continue
      }
      for child in nodes[node].rightChildren.reversed() { stack.append((child, false)) }
      stack.append((node, true))
      for child in nodes[node].leftChildren.reversed() { stack.append((child, false)) }
    }
    return order
  }

  /// Takes in an edit whose parents, by place, were taken in before; -1 is the text before all edits.
  package mutating func apply(_ dot: Dot, parents: [Int], _ edit: TextEdit) {
    let own = pasts.count
    dots.append(dot)
    pasts.append(parents.filter { $0 >= 0 }.reduce(into: [own]) { $0.formUnion(pasts[$1]) })
    var scalars = edit.inserted.unicodeScalars.makeIterator()
    for run in edit.runs {
      for step in 0..<run.count {
        if run.kind == .insert {
          insert(scalars.next() ?? " ", at: run.position + step, by: own)
        } else {
          delete(at: run.position, by: own)
        }
      }
    }
  }

  private func isKnown(_ node: Int, to event: Int) -> Bool {
    nodes[node].event < 0 || pasts[event].contains(nodes[node].event)
  }

  private func isVisible(_ node: Int, to event: Int) -> Bool {
    isKnown(node, to: event) && !nodes[node].deletedBy.contains { pasts[event].contains($0) }
  }

  private mutating func insert(_ scalar: Unicode.Scalar, at position: Int, by event: Int) {
    let order = walk()
    let known = order.filter { isKnown($0, to: event) }
    let visible = known.indices.filter { isVisible(known[$0], to: event) }
    let place = min(position, visible.count)
    let left = place == 0 ? 0 : known[visible[place - 1]]
    let next = place == 0 ? 0 : visible[place - 1] + 1
    let right = next < known.count ? known[next] : -1
    let node = nodes.count
    let isRightChild = !nodes[left].rightChildren.contains { isKnown($0, to: event) }
    nodes.append(Node(event: event, scalar: scalar, rightOrigin: isRightChild ? right : -1))
    if isRightChild {
      // Those whose right origin stands further behind come first; else by edit.
      func rank(_ node: Int) -> Int { node < 0 ? Int.max : order.firstIndex(of: node) ?? Int.max }
      let own = rank(right)
      let at = nodes[left].rightChildren.firstIndex { sibling in
        let other = rank(nodes[sibling].rightOrigin)
        return other == own ? dots[event] < dots[nodes[sibling].event] : other < own
      }
      nodes[left].rightChildren.insert(node, at: at ?? nodes[left].rightChildren.count)
    } else {
      let at = nodes[right].leftChildren.firstIndex { dots[event] < dots[nodes[$0].event] }
      nodes[right].leftChildren.insert(node, at: at ?? nodes[right].leftChildren.count)
    }
  }

  private mutating func delete(at position: Int, by event: Int) {
    let visible = walk().filter { isVisible($0, to: event) }
    if position < visible.count { nodes[visible[position]].deletedBy.append(event) }
  }

  /// The text that all edits together make.
  package var text: String {
    String(String.UnicodeScalarView(walk().filter { nodes[$0].deletedBy.isEmpty }.map { nodes[$0].scalar }))
  }

  /// How many scalars the text has at a version.
  package func count(at parents: [Int]) -> Int {
    let past = parents.filter { $0 >= 0 }.reduce(into: Set<Int>()) { $0.formUnion(pasts[$1]) }
    return nodes.indices.dropFirst().count { node in
      (nodes[node].event < 0 || past.contains(nodes[node].event)) && past.isDisjoint(with: nodes[node].deletedBy)
    }
  }
}
