/// Which edits of a text saw which: the graph of their parents, in an order in which each comes after those it saw.
package struct TextGraph {
  /// For each edit its parents, by place, never none; -1 stands for the version that all edits start from.
  private(set) var parents: [[Int]] = []
  /// For each edit whether no other edit before it in the order is the newest: it has seen all of them.
  private var isAlone: [Bool] = []
  /// The edits that no other has seen, ascending.
  package private(set) var heads: [Int] = [-1]

  /// No edits.
  package init() {}

  /// How many edits there are.
  var count: Int { parents.count }

  /// Adds an edit behind all others.
  package mutating func append(_ own: [Int]) {
    let place = parents.count
    parents.append(own)
    if heads == own {
      heads = [place]
    } else {
      heads.removeAll { own.contains($0) }
      heads.append(place)
    }
    isAlone.append(heads.count == 1)
  }

  /// For each edit, and for the end, whether everything before it has been seen by everything from it on.
  func criticalPlaces() -> [Bool] {
    var critical = [Bool](repeating: true, count: count + 1)
    var oldest = Int.max
    for place in (0...count).reversed() {
      let before = place - 1
      critical[place] = (before < 0 || isAlone[before]) && oldest >= before
      if before >= 0 { oldest = min(oldest, parents[before].min() ?? -1) }
    }
    return critical
  }

  /// For each edit whether it is in the past of one, itself among them.
  func past(of event: Int) -> [Bool] {
    var past = [Bool](repeating: false, count: count)
    past[event] = true
    for place in (0...event).reversed() where past[place] {
      for parent in parents[place] where parent >= 0 { past[parent] = true }
    }
    return past
  }

  /// The edits that are in the past of `one` and not of `other`, and the other way round; each ascending.
  ///
  /// - Complexity: O(*n*) in the edits that lie between the two versions and their latest common ones.
  func difference(_ one: [Int], _ other: [Int]) -> (onlyOne: [Int], onlyOther: [Int]) {
    var queue: [(place: Int, sides: UInt8)] = []
    var shared = 0
    func add(_ place: Int, _ sides: UInt8) {
      guard place >= 0 else { return }
      var at = queue.count
      while at > 0 && queue[at - 1].place > place { at -= 1 }
      if at > 0 && queue[at - 1].place == place {
        if queue[at - 1].sides != 3 && queue[at - 1].sides | sides == 3 { shared += 1 }
        queue[at - 1].sides |= sides
      } else {
        queue.insert((place, sides), at: at)
        if sides == 3 { shared += 1 }
      }
    }
    for place in one { add(place, 1) }
    for place in other { add(place, 2) }
    var onlyOne: [Int] = []
    var onlyOther: [Int] = []
    while queue.count > shared, let next = queue.popLast() {
      if next.sides == 3 { shared -= 1 }
      if next.sides == 1 { onlyOne.append(next.place) }
      if next.sides == 2 { onlyOther.append(next.place) }
      for parent in parents[next.place] { add(parent, next.sides) }
    }
    return (onlyOne.reversed(), onlyOther.reversed())
  }
}
