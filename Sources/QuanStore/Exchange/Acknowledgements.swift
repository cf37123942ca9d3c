import QuanCore
import QuanFormat

/// Looks what the vectors of many replicas prove, while the replica's file stays as it is.
///
/// A vector is walked beside the own one: in the streams in which both have the same tips, the other replica holds all
/// that is held here. Only where they differ is each place looked for on the chains; and what has been found out is
/// remembered, because many vectors name the same places.
struct Acknowledgements {
  private let file: ReplicaFile
  private let own: [Dependency]
  private let packed: PackedVector
  private var latest: Claim?
  private var proved: [Pair: Bool] = [:]

  /// A tip of a vector, and the place that it is to prove.
  private struct Pair: Hashable {
    let tip: Dependency
    let place: Dependency
  }

  /// Looks from what a file holds now.
  init(_ file: ReplicaFile) throws {
    self.file = file
    let vector = try file.vector()
    own = vector.places
    packed = PackedVector(vector)
  }

  /// A vector, and the streams in which its tips are not those that are held here.
  struct Outlook {
    fileprivate let places: [Dependency]
    fileprivate let differing: Set<StreamID>

    /// The tips of a stream, found by halving.
    fileprivate func tips(of stream: StreamID) -> ArraySlice<Dependency> {
      var low = 0
      var high = places.count
      while low < high {
        let middle = (low + high) / 2
        if places[middle].stream < stream { low = middle + 1 } else { high = middle }
      }
      return places[low...].prefix { $0.stream == stream }
    }
  }

  /// Walks a vector beside the own one; a vector that is damaged proves nothing.
  ///
  /// - Complexity: O(*n*) in the number of places.
  func outlook(_ packed: PackedVector) -> Outlook {
    if packed == self.packed { return Outlook(places: own, differing: []) }
    guard let places = packed.places else { return Outlook(places: [], differing: Set(own.map(\.stream))) }
    var differing: Set<StreamID> = []
    var index = 0
    for place in own {
      while index < places.count, places[index] < place { index += 1 }
      if index == places.count || places[index] != place { differing.insert(place.stream) }
    }
    return Outlook(places: places, differing: differing)
  }

  /// Places that are held here, and that others are asked about.
  struct Claim {
    fileprivate let places: [Dependency]
    fileprivate let byStream: [StreamID: [Dependency]]
    /// Whether all of them lie before the own tips; what is only carried may lie behind a gap, beyond them.
    fileprivate let areOpened: Bool
  }

  /// Prepares to ask many about the same places.
  ///
  /// - Complexity: O(*n*) in the number of places; O(1) when they are those that were asked about last.
  mutating func claim(_ places: [Dependency]) throws -> Claim {
    if let latest, latest.places == places { return latest }
    let claim = Claim(
      places: places, byStream: Dictionary(grouping: places, by: \.stream),
      areOpened: try places.allSatisfy { try file.row(at: $0) != nil })
    latest = claim
    return claim
  }

  /// Whether a vector proves that its replica holds all the places.
  ///
  /// - Complexity: O(*n*) in the streams in which the vectors differ.
  mutating func proves(_ outlook: Outlook, _ claim: Claim) throws -> Bool {
    guard claim.areOpened else { return try claim.places.allSatisfy { try proves(outlook, $0) } }
    for stream in outlook.differing {
      guard try (claim.byStream[stream] ?? []).allSatisfy({ try proves(outlook, $0) }) else { return false }
    }
    return true
  }

  private mutating func proves(_ outlook: Outlook, _ place: Dependency) throws -> Bool {
    try outlook.tips(of: place.stream).contains { try proves($0, place) }
  }

  private mutating func proves(_ tip: Dependency, _ place: Dependency) throws -> Bool {
    let pair = Pair(tip: tip, place: place)
    if let known = proved[pair] { return known }
    let answer = try file.proves(VersionVector([tip]), place)
    proved[pair] = answer
    return answer
  }
}
