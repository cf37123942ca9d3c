import QuanCore

/// The edits of one text as the log has them, and the text that they start from.
///
/// What a replica keeps of a text at hand is its present; who wrote which passage and what it was in another version
/// comes from here.
struct TextReplay {
  /// What the record was created with.
  let start: String
  private(set) var dots: [Dot] = []
  private(set) var edits: [TextEdit] = []
  private var events: [TextEvent] = []
  private var places: [Dot: Int] = [:]

  init(start: String) { self.start = start }

  /// Adds an edit whose parents have been added, as far as the version has them.
  mutating func append(_ edit: TextEdit, _ dot: Dot) {
    let parents = Set(edit.parents.compactMap { places[$0] }).sorted()
    places[dot] = events.count
    dots.append(dot)
    edits.append(edit)
    events.append(TextEvent(dot: dot, parents: parents.isEmpty ? [-1] : parents, runs: edit.runs))
  }

  /// The same with its edits along their branches, so that going through them costs little however they came.
  func alongBranches() -> TextReplay {
    var replay = TextReplay(start: start)
    for place in BranchOrder.places(edits.count, parents: { events[$0].parents.forEach($1) }) {
      replay.append(edits[place], dots[place])
    }
    return replay
  }

  /// The place of an edit.
  func place(of dot: Dot) -> Int? { places[dot] }

  /// The text that all edits come to.
  ///
  /// - Complexity: O(*n* log *n*) in the runs, and O(*m*) in the text.
  func text() -> String {
    var rope = Rope(start)
    var walker = TextWalker(events)
    var source = Rope.Source()
    var deleted: [UInt8] = []
    walker.run(known: 0, length: rope.count) { step in
      rope.apply(step, of: edits[step.event].utf8, from: &source, deleted: &deleted)
    }
    return rope.string
  }

  /// All scalars that were ever there, in their order.
  func stretches() -> [TextWalker.Stretch] {
    var walker = TextWalker(events)
    walker.run(known: 0, length: start.unicodeScalars.count, isWhole: true) { _ in }
    return walker.stretches()
  }

  /// Reads what stretches say.
  struct Reader {
    private var texts: [Int: [Unicode.Scalar]] = [:]
    private let replay: TextReplay

    init(_ replay: TextReplay) { self.replay = replay }

    mutating func text(of stretch: TextWalker.Stretch) -> String {
      if texts[stretch.event] == nil {
        let text = stretch.event < 0 ? replay.start : replay.edits[stretch.event].inserted
        texts[stretch.event] = Array(text.unicodeScalars)
      }
      let scalars = texts[stretch.event] ?? []
      let end = min(scalars.count, stretch.source + stretch.count)
      return String(String.UnicodeScalarView(scalars[min(stretch.source, end)..<end]))
    }
  }
}

extension ReplicaFile {
  /// The texts of a record by what operations on it, in causal order, did to them in a version.
  static func texts(
    of operations: [(change: Change, index: Int, dot: Dot, operation: Operation)], at reach: Reach? = nil
  ) -> [FieldKey: TextReplay] {
    var replays: [FieldKey: TextReplay] = [:]
    var isCreated = false
    for item in operations where reach?.includes(item.change.number, of: item.index) ?? true {
      switch item.operation.body {
      case .create(_, let fields):
        isCreated = true
        for field in fields where field.key.container == .text {
          if case .text(let text)? = field.values.first { replays[field.key] = TextReplay(start: text) }
        }
      case .edit(let key, let edit) where isCreated:
        replays[key, default: TextReplay(start: "")].append(edit, item.dot)
      default: continue
      }
    }
    return replays.mapValues { $0.alongBranches() }
  }
}

extension TextReplay {
  /// What takes back an edit from the text that all edits come to.
  struct Inverse {
    /// A step, in the text as the steps before left it.
    enum Step: Hashable {
      case insert(String, at: Int)
      case delete(Range<Int>)
    }
    /// The steps, in order.
    var steps: [Step] = []
    /// Whether others have deleted some of what it typed, or some of what it deleted as well: that is left.
    var isPartial = false
  }

  /// The inverse of an edit: what it typed goes where it still stands, and what it alone deleted comes back in its place.
  func inverse(of edit: Int) -> Inverse {
    var inverse = Inverse()
    var reader = Reader(self)
    var position = 0
    for stretch in stretches() {
      let isOwn = stretch.event == edit
      if stretch.deletedBy.isEmpty {
        if isOwn {
          inverse.steps.append(.delete(position..<position + stretch.count))
        } else {
          position += stretch.count
        }
      } else if stretch.deletedBy == [edit] {
        if isOwn { continue }
        inverse.steps.append(.insert(reader.text(of: stretch), at: position))
        position += stretch.count
      } else if isOwn || stretch.deletedBy.contains(edit) {
        inverse.isPartial = true
      }
    }
    return inverse
  }
}
