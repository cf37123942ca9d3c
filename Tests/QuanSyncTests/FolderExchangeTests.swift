import QuanCore
import QuanSync
import Testing

@Suite("The exchange with a folder, as a state machine")
struct FolderExchangeTests {
  private let own = ReplicaID(rawValue: 1)
  private let other = ReplicaID(rawValue: 2)
  private let stream = StreamID(ReplicaID(rawValue: 1), .shared)

  private func tip(_ number: UInt64) -> Tip { Tip(number: number, check: number * 7) }

  private func bundle(_ name: String, _ first: UInt64, _ last: UInt64, size: UInt64 = 100) -> FolderBundle {
    FolderBundle(name: name, size: size, ranges: [CarriedRange(stream: stream, first: first, last: tip(last))])
  }

  private func vector(_ number: UInt64) -> VersionVector { VersionVector([Dependency(stream, tip(number))]) }

  /// An exchange of a replica that holds the stream up to a change.
  private func exchange(holding number: UInt64) -> FolderExchange {
    FolderExchange(
      replica: own, isHeld: { $0.tip.number <= number },
      hasAcknowledged: { peer, places in
        places.allSatisfy { peer.vector.number(of: $0.stream) >= $0.tip.number }
      })
  }

  @Test("an empty folder is given everything, then word of what is held")
  func emptyFolder() {
    var exchange = exchange(holding: 3)
    #expect(exchange.start() == .list)
    #expect(exchange.listed(FolderListing()) == .writeBundle(lackedBy: VersionVector()))
    #expect(exchange.wroteBundle(bundle("a", 1, 3)) == .writeVector)
    #expect(exchange.wroteVector() == .finish)
  }

  @Test("what is not held is applied; only what the folder lacks is written")
  func onlyWhatLacks() {
    var exchange = exchange(holding: 3)
    _ = exchange.start()
    let listing = FolderListing(bundles: [bundle("a", 1, 3), bundle("b", 4, 6)])
    #expect(exchange.listed(listing) == .apply(["b"]))
    // Both ends are named: the one of the file that all may have, and the one of the newer file.
    let covered = VersionVector([Dependency(stream, tip(3)), Dependency(stream, tip(6))])
    #expect(exchange.applied() == .writeBundle(lackedBy: covered))
    #expect(exchange.wroteBundle(nil) == .writeVector)
  }

  @Test("a gap in the folder's bundles counts as lacking what is behind it")
  func gap() {
    let listing = FolderListing(bundles: [bundle("a", 1, 3), bundle("c", 7, 9)])
    #expect(listing.coverage == vector(3))
  }

  @Test("many small bundles become a full one when everybody has them, and not before")
  func consolidation() {
    let bundles = (1...12).map { bundle("b\($0)", UInt64($0), UInt64($0)) }
    func last(_ acknowledged: UInt64) -> FolderExchange.Action {
      var exchange = exchange(holding: 12)
      _ = exchange.start()
      _ = exchange.listed(
        FolderListing(
          bundles: bundles, vectors: [FolderVector(name: "v", replica: other, vector: vector(acknowledged))]))
      var action = exchange.wroteBundle(nil)
      if action == .writeVector { action = exchange.wroteVector() }
      return action
    }
    #expect(last(5) == .finish)
    #expect(last(12) == .writeFullBundle)
  }
}
