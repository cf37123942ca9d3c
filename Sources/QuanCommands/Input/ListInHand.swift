import Quan

/// The elements of a list while assignments act on it, one after another: each is found by its place or by what it shows
/// without a walk of all the others.
///
/// They stand in blocks of at most ``limit``, so an act costs a block and the count of the blocks.
struct ListInHand {
  private struct Block {
    let name: Int
    var elements: [EntryID]
  }

  private static let limit = 256
  private var blocks: [Block] = []
  private var nextName = 0
  /// For each element, the block that it stands in.
  private var home: [EntryID: Int] = [:]
  private var shown: [EntryID: [Value]] = [:]
  private var holders: [Value: Set<EntryID>] = [:]

  /// A list as it is shown.
  init(_ items: [ItemView]) {
    for item in items { if let element = item.element { insert(element, at: count + 1, showing: item.shown) } }
  }

  /// How many elements there are.
  var count: Int { shown.count }

  /// The element at a place, from 1; `nil` where there is none.
  func element(_ place: Int) -> EntryID? {
    guard (1...max(1, count)).contains(place), count > 0 else { return nil }
    let (block, index) = find(place)
    return blocks[block].elements[index]
  }

  /// The element in front of a place, which may be one behind the last; `nil` for the first.
  func element(before place: Int) -> EntryID? { place > 1 ? element(place - 1) : nil }

  /// The elements that show a value, in the order of their names.
  func elements(showing value: Value) -> [EntryID] { (holders[value] ?? []).sorted() }

  /// All elements, in order.
  var elements: [EntryID] { blocks.flatMap(\.elements) }

  /// Puts an element in at a place, which may be one behind the last.
  mutating func insert(_ element: EntryID, at place: Int, showing values: [Value]) {
    if blocks.isEmpty { addBlock([], at: 0) }
    let (block, index) = find(place)
    blocks[block].elements.insert(element, at: index)
    home[element] = blocks[block].name
    show(values, at: element)
    guard blocks[block].elements.count > Self.limit else { return }
    let second = Array(blocks[block].elements.suffix(Self.limit / 2))
    blocks[block].elements.removeLast(second.count)
    addBlock(second, at: block + 1)
  }

  /// Gives an element other values to show.
  mutating func set(_ element: EntryID, showing values: [Value]) {
    hide(element)
    show(values, at: element)
  }

  /// Takes an element out; what it showed.
  @discardableResult
  mutating func remove(_ element: EntryID) -> [Value] {
    guard let name = home.removeValue(forKey: element), let block = blocks.firstIndex(where: { $0.name == name }) else {
      return []
    }
    blocks[block].elements.removeAll { $0 == element }
    if blocks[block].elements.isEmpty { blocks.remove(at: block) }
    return hide(element)
  }

  /// The block and the index in it for a place; behind the last it is the end of the last block.
  private func find(_ place: Int) -> (block: Int, index: Int) {
    var index = place - 1
    for block in blocks.indices {
      let count = blocks[block].elements.count
      if index < count || block == blocks.count - 1 { return (block, index) }
      index -= count
    }
    return (0, 0)
  }

  private mutating func addBlock(_ elements: [EntryID], at place: Int) {
    for element in elements { home[element] = nextName }
    blocks.insert(Block(name: nextName, elements: elements), at: place)
    nextName += 1
  }

  private mutating func show(_ values: [Value], at element: EntryID) {
    shown[element] = values
    for value in values { holders[value, default: []].insert(element) }
  }

  @discardableResult
  private mutating func hide(_ element: EntryID) -> [Value] {
    let values = shown.removeValue(forKey: element) ?? []
    for value in values { holders[value]?.remove(element) }
    return values
  }
}
