import QuanCore

/// The texts of records that were joined, as readers see them: each different one once, a line apart.
///
/// Two texts are one when their scalars are: what looks alike and is written otherwise is kept.
struct JoinedText {
  private let texts: [String]
  /// For each text the first that is equal to it.
  private let firsts: [Int]
  /// The texts that are shown, and where each starts in the whole, in scalars.
  private let shown: [(text: Int, start: Int, count: Int)]
  /// What readers see.
  let whole: String

  /// The texts of some records, in their order.
  init(_ texts: [String]) {
    self.texts = texts
    var firsts: [Int] = []
    var shown: [(text: Int, start: Int, count: Int)] = []
    var whole = ""
    var end = 0
    for (place, text) in texts.enumerated() {
      let scalars = text.unicodeScalars
      firsts.append(texts[..<place].firstIndex { $0.unicodeScalars.elementsEqual(scalars) } ?? place)
      guard !text.isEmpty, firsts[place] == place else { continue }
      if !shown.isEmpty {
        whole += "\n"
        end += 1
      }
      shown.append((place, end, scalars.count))
      whole += text
      end += scalars.count
    }
    self.firsts = firsts
    self.shown = shown
    self.whole = whole
  }

  /// What each of the texts must read so that the whole reads as `new`: what is changed is changed in the text in which it
  /// stands, and texts that are drawn together by it stand in the first of them.
  ///
  /// - Complexity: as that of ``TextDifference``.
  func texts(making new: String) -> [String] {
    let found = divided(new)
    if JoinedText(found).whole.unicodeScalars.elementsEqual(new.unicodeScalars) { return found }
    // Texts that have become alike, or empty ones between line breaks.
    return texts.indices.map { $0 == shown.first?.text ?? 0 ? new : "" }
  }

  private func divided(_ new: String) -> [String] {
    guard !shown.isEmpty else { return texts.indices.map { $0 == 0 ? new : "" } }
    let old = Array(whole.unicodeScalars)
    let scalars = Array(new.unicodeScalars)
    var contents = [String.UnicodeScalarView](repeating: String.UnicodeScalarView(), count: shown.count)
    // In which text what stood in each goes on: in the one before when the line break between them is gone.
    var targets = Array(shown.indices)
    func keep(_ range: Range<Int>) {
      for (place, part) in shown.enumerated() {
        let own = range.clamped(to: part.start..<part.start + part.count)
        if !own.isEmpty { contents[targets[place]].append(contentsOf: old[own]) }
      }
    }
    var end = 0
    for replacement in TextDifference(from: whole, to: new).replacements {
      keep(end..<replacement.old.lowerBound)
      end = replacement.old.upperBound
      let place = shown.lastIndex { $0.start <= replacement.old.lowerBound } ?? 0
      contents[targets[place]].append(contentsOf: scalars[replacement.new])
      for next in shown.indices.dropFirst() where replacement.old.contains(shown[next].start - 1) {
        targets[next] = targets[next - 1]
      }
    }
    keep(end..<old.count)
    var found = texts
    for (place, part) in shown.enumerated() { found[part.text] = String(contents[place]) }
    return firsts.map { found[$0] }
  }
}
