import QuanCore

/// What each stream's author had seen of the other streams: `quan_context`, read as it is asked for.
struct Contexts {
  /// A place in another stream: number and counter of the last change seen.
  struct Place: Hashable {
    var number: UInt64
    var counter: UInt64
  }

  private var known: [Int: [Int: Place]] = [:]
  private var touched: Set<Int> = []

  /// What the author of `stream` had seen.
  mutating func seen(by stream: Int, _ connection: Connection) throws -> [Int: Place] {
    if let context = known[stream] { return context }
    var context: [Int: Place] = [:]
    let statement = try connection.statement("SELECT other, number, counter FROM quan_context WHERE stream=?")
    statement.bind(1, stream)
    while try statement.step() {
      context[Int(statement.integer(0))] = Place(number: statement.bits(1), counter: statement.bits(2))
    }
    known[stream] = context
    return context
  }

  /// The author of `stream` saw another one up to a place.
  mutating func see(_ place: Place, of other: Int, by stream: Int, _ connection: Connection) throws {
    if known[stream] == nil { _ = try seen(by: stream, connection) }
    if (known[stream]?[other]?.number ?? 0) < place.number { known[stream]?[other] = place }
    touched.insert(stream)
  }

  /// Writes what was seen since the last saving.
  mutating func save(_ connection: Connection) throws {
    for stream in touched {
      for (other, place) in known[stream] ?? [:] {
        let statement = try connection.statement("INSERT OR REPLACE INTO quan_context VALUES (?,?,?,?)")
        statement.bind(1, stream)
        statement.bind(2, other)
        statement.bind(3, bits: place.number)
        statement.bind(4, bits: place.counter)
        try statement.run()
      }
    }
    touched = []
  }
}
