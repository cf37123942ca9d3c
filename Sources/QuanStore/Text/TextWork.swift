import QuanCore

/// Edits of texts that are being taken in, and the texts that they are in.
struct TextWork {
  /// An edit that waits.
  struct Item {
    let dot: Dot
    let edit: TextEdit
    /// Who made it, and when; `nil` when nobody will ask.
    let stamp: Stamp?
  }

  /// Edits that wait, by the text that they are of; whole runs of them are of one text.
  struct Queues {
    private var numbers: [TextPlace: Int] = [:]
    private var queues: [[Item]] = []
    private var latest: (place: TextPlace, number: Int)?

    var isEmpty: Bool { numbers.isEmpty }
    var places: Dictionary<TextPlace, Int>.Keys { numbers.keys }

    subscript(place: TextPlace) -> [Item] { numbers[place].map { queues[$0] } ?? [] }

    mutating func append(_ item: consuming Item, at place: TextPlace) {
      if let latest, latest.place == place {
        queues[latest.number].append(item)
        return
      }
      let number = numbers[place] ?? queues.count
      if number == queues.count {
        numbers[place] = number
        queues.append([])
      }
      latest = (place, number)
      queues[number].append(item)
    }

    /// Hands out the edits of a text, of which none wait any more then.
    mutating func remove(_ place: TextPlace) -> [Item]? {
      guard let number = numbers.removeValue(forKey: place) else { return nil }
      latest = nil
      defer { queues[number] = [] }
      return queues[number]
    }
  }

  private(set) var waiting = Queues()
  var opened: [TextPlace: OpenedText] = [:]
  private var size = 0
  /// Whether sentences that several people changed at once are looked for.
  let isWatched: Bool
  /// Those that were found.
  var passages: [Passage] = []

  /// A sentence of a text that several people changed at once.
  struct Passage {
    let place: TextPlace
    let passage: SharedPassage
    /// For each side the operation that changed it last, and who made that, as far as it is only now being taken in.
    let last: [(dot: Dot, stamp: Stamp?)]
  }

  /// Lets an edit wait; says whether those that wait have become too many.
  mutating func append(_ item: consuming Item, at place: TextPlace) -> Bool {
    size += item.edit.utf8.count + item.edit.runs.count * 24 + 64
    waiting.append(item, at: place)
    return size > Self.limit
  }

  /// Hands out the edits of a text, of which none wait any more then.
  mutating func remove(_ place: TextPlace) -> [Item]? { waiting.remove(place) }

  /// No texts.
  init(isWatched: Bool = false) { self.isWatched = isWatched }

  /// Hands out the sentences that were found since this was asked last.
  mutating func takePassages() -> [Passage] {
    defer { passages = [] }
    return passages
  }

  /// The records whose rows do not tell of all edits, ascending.
  var records: [LocalDot] {
    Set(waiting.places.map(\.record)).union(opened.lazy.filter(\.value.isChanged).map(\.key.record)).sorted()
  }

  /// Up to how many bytes of edits are kept in memory.
  static let limit = 16 << 20
  /// Up to how many sentences are told of in one text.
  static let passageLimit = 20
}
