import QuanCore
import QuanFormat

/// The envelopes that are carried for others: of scopes whose keys this laptop does not have.
///
/// They are as durable as all else, travel on with every bundle, and are opened when their key is granted.
struct Carriage {
  /// An envelope.
  struct Item {
    let id: Int64
    let header: SegmentHeader
  }

  private(set) var items: [Item] = []
  private var byEnd: [Dependency: Int] = [:]

  /// How many changes the envelopes hold.
  var changeCount: Int { items.reduce(0) { $0 + $1.header.range.count } }

  /// Adds an envelope.
  mutating func add(_ item: Item) {
    byEnd[item.header.end] = items.count
    items.append(item)
  }

  /// Whether an envelope that ends at a place is carried.
  func holds(_ place: Dependency) -> Bool { byEnd[place] != nil }

  /// The ends of carried envelopes from a place backwards, as far as they follow each other.
  func chain(from place: Dependency) -> [Dependency] {
    var chain: [Dependency] = []
    var next = place
    while let index = byEnd[next], chain.count <= items.count {
      chain.append(next)
      next = items[index].header.attachment
    }
    return chain
  }

  /// The places from which carried envelopes lead back without a gap to the beginning of their stream or to what is held
  /// otherwise, and that no other such envelope continues; and what they continue.
  ///
  /// - Parameter isBase: Whether a place is the beginning of a stream or held otherwise.
  func tips(_ isBase: (Dependency) throws -> Bool) rethrows -> (ends: Set<Dependency>, continued: Set<Dependency>) {
    var whole: Set<Dependency> = []
    var continued: Set<Dependency> = []
    for item in items.sorted(by: { $0.header.range.lowerBound < $1.header.range.lowerBound }) {
      let before = item.header.attachment
      guard try whole.contains(before) || isBase(before) else { continue }
      whole.insert(item.header.end)
      continued.insert(before)
    }
    return (whole.subtracting(continued), continued)
  }
}

extension ReplicaFile {
  /// What is carried.
  func carriage() throws -> Carriage {
    if let cachedCarriage { return cachedCarriage }
    var carriage = Carriage()
    let statement = try connection.statement("SELECT id, header FROM quan_carried ORDER BY id")
    while try statement.step() {
      guard let header = try? Segment.header(of: statement.blob(1)).0 else {
        throw StoreError(.damaged, "an envelope that is carried for others is damaged")
      }
      carriage.add(Carriage.Item(id: statement.integer(0), header: header))
    }
    cachedCarriage = carriage
    return carriage
  }

  /// Whether a place is held, opened or carried.
  func holds(_ place: Dependency) throws -> Bool { try row(at: place) != nil || carriage().holds(place) }

  /// What is held, opened or carried.
  func vector() throws -> VersionVector {
    let opened = streams.vector()
    let carried = try carriage()
    guard !carried.items.isEmpty else { return opened }
    let (ends, continued) = try carried.tips { place in
      try place.tip.number == 0 ? start(of: place.stream).check == place.tip.check : row(at: place) != nil
    }
    return VersionVector(Set(opened.places).subtracting(continued).union(ends))
  }

  /// What is held, with those of some places that are: another replica that named them learns that it is known how far they
  /// lie behind.
  func vector(naming places: [Dependency]) throws -> VersionVector {
    let named = try places.filter { try holds($0) }
    return VersionVector(Set(try vector().places).union(named))
  }

  /// Carries an envelope; says whether it was not carried before.
  func carry(_ header: SegmentHeader, _ bytes: [UInt8]) throws -> Bool {
    let statement = try connection.statement(
      "INSERT OR IGNORE INTO quan_carried (key, digest, header, bytes) VALUES (?,?,?,?)")
    statement.bind(1, bits: header.seal?.key ?? 0)
    statement.bind(2, header.digest.bytes)
    statement.bind(3, Segment(header: header, deflated: []).bytes)
    statement.bind(4, bytes)
    try statement.run()
    cachedCarriage = nil
    return connection.changedRowCount > 0
  }

  /// The bytes of a carried envelope.
  func carriedBytes(_ id: Int64) throws -> [UInt8] {
    let statement = try connection.statement("SELECT bytes FROM quan_carried WHERE id=?")
    statement.bind(1, id)
    guard try statement.step() else { throw StoreError(.damaged, "a carried envelope is gone") }
    defer { statement.reset() }
    return statement.blob(0)
  }

  /// Lets go of a carried envelope, which has been opened or found false.
  func stopCarrying(_ id: Int64) throws {
    let statement = try connection.statement("DELETE FROM quan_carried WHERE id=?")
    statement.bind(1, id)
    try statement.run()
    cachedCarriage = nil
  }

  /// The carried envelopes that a replica with a vector is not known to hold, in the order in which they came.
  func carried(lackedBy vector: VersionVector) throws -> [Carriage.Item] {
    let carriage = try carriage()
    let held = Set(vector.places.flatMap { carriage.chain(from: $0) })
    return carriage.items.filter { !held.contains($0.header.end) }
  }
}
