/// What turns one text into another: few and short replacements, so that what is alike keeps its identity.
///
/// Common beginnings and ends are set aside; what differs is compared by lines, then by grapheme clusters, so that none is
/// cut without need. A stretch in which too much differs for that is first cut where runs of units stand that both texts
/// have just once, so that the cost stays linear; only one without any is replaced whole.
/// - SeeAlso: Myers, *An O(ND) Difference Algorithm and Its Variations*, Algorithmica 1 (1986); the cuts are those of
///   *patience diff* (Cohen), over runs of units.
public struct TextDifference: Hashable, Sendable {
  /// A stretch of the old text with what stands in its place in the new one; scalars.
  public struct Replacement: Hashable, Sendable {
    /// The stretch of the old text; may be empty.
    public let old: Range<Int>
    /// The stretch of the new text; may be empty.
    public let new: Range<Int>

    /// A replacement.
    public init(old: Range<Int>, new: Range<Int>) {
      self.old = old
      self.new = new
    }
  }

  /// The replacements, ascending, each apart from the next.
  public let replacements: [Replacement]

  /// Compares two texts.
  ///
  /// - Complexity: O(*n*) in the length of the texts, with a factor that is bounded by how much differs.
  public init(from old: String, to new: String) {
    let old = Array(old.unicodeScalars)
    let new = Array(new.unicodeScalars)
    let shorter = min(old.count, new.count)
    var start = 0
    while start < shorter && old[start] == new[start] { start += 1 }
    while start > 0 && (Self.joins(old[...], start) || Self.joins(new[...], start)) { start -= 1 }
    var end = 0
    while end < shorter - start && old[old.count - 1 - end] == new[new.count - 1 - end] { end += 1 }
    while end > 0 && (Self.joins(old[...], old.count - end) || Self.joins(new[...], new.count - end)) { end -= 1 }
    let a = old[start..<old.count - end]
    let b = new[start..<new.count - end]
    var found: [Replacement] = []
    if max(a.count, b.count) > Self.fineLimit {
      Self.compare(Self.lines(a), Self.lines(b)) { inA, inB in
        Self.compare(Self.clusters(a[inA]), Self.clusters(b[inB])) { found.append(Replacement(old: $0, new: $1)) }
      }
    } else if !(a.isEmpty && b.isEmpty) {
      Self.compare(Self.clusters(a), Self.clusters(b)) { found.append(Replacement(old: $0, new: $1)) }
    }
    replacements = found
  }

  /// Above how many scalars lines are compared first.
  private static let fineLimit = 4096
  /// How many insertions and deletions of units are looked for in a stretch before it is cut.
  private static let effort = 600
  /// How many units the runs have at which a stretch is cut, one after another.
  private static let runLengths = [12, 4, 1]

  // MARK: Units

  /// A text cut into units, each known by a number.
  private struct Units {
    /// Where each unit starts, and at the end where the last one ends.
    var starts: [Int]
    var units: [ArraySlice<Unicode.Scalar>]

    func place(_ range: Range<Int>) -> Range<Int> { starts[range.lowerBound]..<starts[range.upperBound] }
  }

  private static func units(
    _ text: ArraySlice<Unicode.Scalar>, cut: (ArraySlice<Unicode.Scalar>, Int) -> Bool
  ) -> Units {
    var units = Units(starts: [text.startIndex], units: [])
    guard !text.isEmpty else { return units }
    for place in text.indices.dropFirst() where cut(text, place) {
      units.units.append(text[units.starts[units.starts.count - 1]..<place])
      units.starts.append(place)
    }
    units.units.append(text[units.starts[units.starts.count - 1]...])
    units.starts.append(text.endIndex)
    return units
  }

  private static func lines(_ text: ArraySlice<Unicode.Scalar>) -> Units {
    units(text) { text, place in text[place - 1] == "\n" }
  }

  private static func clusters(_ text: ArraySlice<Unicode.Scalar>) -> Units {
    units(text) { text, place in !joins(text, place) }
  }

  /// Whether the scalars on both sides of a place belong to what people take for one character.
  ///
  /// A little wider than the rule of grapheme clusters: it looks at two scalars only.
  private static func joins(_ text: ArraySlice<Unicode.Scalar>, _ place: Int) -> Bool {
    guard place > text.startIndex, place < text.endIndex else { return false }
    let before = text[place - 1]
    let after = text[place]
    if after.value < 0x300 { return before == "\r" && after == "\n" }
    if before.value == 0x200D || after.value == 0x200D { return true }
    if (0x1F1E6...0x1F1FF).contains(before.value) && (0x1F1E6...0x1F1FF).contains(after.value) { return true }
    return after.properties.isGraphemeExtend || after.properties.isEmojiModifier
      || after.properties.generalCategory == .spacingMark
  }

  // MARK: Comparing

  /// Compares two lists of units, and gives the stretches that differ.
  private static func compare(_ a: Units, _ b: Units, _ body: (Range<Int>, Range<Int>) -> Void) {
    var numbers: [ArraySlice<Unicode.Scalar>: Int] = [:]
    func number(_ unit: ArraySlice<Unicode.Scalar>) -> Int {
      let number = numbers[unit] ?? numbers.count
      numbers[unit] = number
      return number
    }
    let one = a.units.map(number)
    let other = b.units.map(number)
    var start = 0
    var end = 0
    let shorter = min(one.count, other.count)
    while start < shorter && one[start] == other[start] { start += 1 }
    while end < shorter - start && one[one.count - 1 - end] == other[other.count - 1 - end] { end += 1 }
    let inA = start..<one.count - end
    let inB = start..<other.count - end
    for (left, right) in differing(one, inA, other, inB) { body(a.place(left), b.place(right)) }
  }

  /// The ranges in which two lists of numbers differ; where they differ by more than the effort allows, those between the
  /// runs that both have just once.
  private static func differing(
    _ one: [Int], _ inOne: Range<Int>, _ other: [Int], _ inOther: Range<Int>, runs: ArraySlice<Int> = runLengths[...]
  ) -> [(Range<Int>, Range<Int>)] {
    if inOne.isEmpty && inOther.isEmpty { return [] }
    if inOne.isEmpty || inOther.isEmpty { return [(inOne, inOther)] }
    let n = inOne.count
    let m = inOther.count
    let limit = min(n + m, effort)
    var reach = [Int](repeating: 0, count: 2 * limit + 3)
    var trace: [[Int]] = []
    for edits in 0...limit {
      trace.append(Array(reach[(limit + 1 - edits)...(limit + 1 + edits)]))
      for diagonal in stride(from: -edits, through: edits, by: 2) {
        let at = diagonal + limit + 1
        let isDown = diagonal == -edits || (diagonal != edits && reach[at - 1] < reach[at + 1])
        var x = isDown ? reach[at + 1] : reach[at - 1] + 1
        var y = x - diagonal
        while x < n && y < m && one[inOne.lowerBound + x] == other[inOther.lowerBound + y] {
          x += 1
          y += 1
        }
        reach[at] = x
        if x >= n && y >= m { return path(back: edits, trace, n, m, inOne.lowerBound, inOther.lowerBound) }
      }
    }
    for (used, length) in zip(runs.indices, runs) {
      let anchors = commonRuns(of: length, one, inOne, other, inOther)
      guard !anchors.isEmpty else { continue }
      var found: [(Range<Int>, Range<Int>)] = []
      var ends = (inOne.lowerBound, inOther.lowerBound)
      for (left, right) in anchors + [(inOne.upperBound, inOther.upperBound)] {
        // Runs overlap those before them on the same diagonal.
        guard left >= ends.0, right >= ends.1 else {
          if left - ends.0 == right - ends.1 { ends = (max(ends.0, left + length), max(ends.1, right + length)) }
          continue
        }
        found += differing(one, ends.0..<left, other, ends.1..<right, runs: runs[(used + 1)...])
        ends = (left + length, right + length)
      }
      return found
    }
    return [(inOne, inOther)]
  }

  /// Where runs of so many units start that both lists have just once, ascending in both.
  private static func commonRuns(
    of length: Int, _ one: [Int], _ inOne: Range<Int>, _ other: [Int], _ inOther: Range<Int>
  ) -> [(Int, Int)] {
    /// The runs of a list that it has once, with their places.
    func single(_ list: [Int], _ range: Range<Int>) -> [ArraySlice<Int>: Int] {
      var places: [ArraySlice<Int>: Int] = [:]
      guard range.count >= length else { return places }
      for place in range.lowerBound...range.upperBound - length {
        let run = list[place..<place + length]
        places[run] = places[run] == nil ? place : -1
      }
      return places.filter { $0.value >= 0 }
    }
    let others = single(other, inOther)
    let pairs = single(one, inOne).compactMap { run, place in others[run].map { (place, $0) } }.sorted { $0.0 < $1.0 }
    // The longest ascending row of places in the other list (Schensted 1961).
    var tops: [Int] = []
    var before = [Int](repeating: -1, count: pairs.count)
    for (index, pair) in pairs.enumerated() {
      var low = 0
      var high = tops.count
      while low < high {
        let middle = (low + high) / 2
        if pairs[tops[middle]].1 < pair.1 { low = middle + 1 } else { high = middle }
      }
      if low > 0 { before[index] = tops[low - 1] }
      if low == tops.count { tops.append(index) } else { tops[low] = index }
    }
    var row: [(Int, Int)] = []
    var index = tops.last ?? -1
    while index >= 0 {
      row.append(pairs[index])
      index = before[index]
    }
    return row.reversed()
  }

  /// Follows the furthest reaching paths back, and joins neighbouring steps.
  private static func path(
    back edits: Int, _ trace: [[Int]], _ n: Int, _ m: Int, _ startOne: Int, _ startOther: Int
  ) -> [(Range<Int>, Range<Int>)] {
    var found: [(Range<Int>, Range<Int>)] = []
    var x = n
    var y = m
    for edit in stride(from: edits, through: 1, by: -1) {
      // Row `edit` holds, from the middle, where the paths of `edit` - 1 edits had come to.
      let row = trace[edit]
      func reach(_ diagonal: Int) -> Int { row[diagonal + edit] }
      let diagonal = x - y
      let isDown =
        diagonal == -edit || (diagonal != edit && reach(diagonal - 1) < reach(diagonal + 1))
      let before = isDown ? diagonal + 1 : diagonal - 1
      let fromX = reach(before)
      let fromY = fromX - before
      let toX = isDown ? fromX : fromX + 1
      let toY = isDown ? fromY + 1 : fromY
      let one = startOne + fromX..<startOne + toX
      let other = startOther + fromY..<startOther + toY
      if let last = found.last, last.0.lowerBound == one.upperBound, last.1.lowerBound == other.upperBound {
        found[found.count - 1] = (one.lowerBound..<last.0.upperBound, other.lowerBound..<last.1.upperBound)
      } else {
        found.append((one, other))
      }
      x = fromX
      y = fromY
    }
    return found.reversed()
  }
}
