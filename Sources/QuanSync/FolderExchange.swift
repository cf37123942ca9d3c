public import QuanCore

/// One exchange of a replica with a folder, as a state machine: told what happened, it answers what to do next.
///
/// It does nothing itself. A carrier lists the folder, takes in bundles, writes and removes files, and reports back;
/// a simulator can be the carrier as well. Whatever step is the last before a stick is pulled, nothing is lost and
/// the next exchange completes: bundles are never changed, a vector is written only after all that it acknowledges
/// is durable, and a bundle is removed only when another one that has been read back holds all of it and every replica
/// that left a vector has acknowledged it.
///
/// **What is written.** What the replica holds and the folder's bundles together do not: so the folder alone is
/// always enough for a newcomer, and each laptop writes just what the others lack.
///
/// **What is removed.** When every replica has everything, and the bundles besides the largest are more than
/// ``consolidationCount`` or together at least half as large as it, one full bundle replaces them all. A full bundle
/// is thus rewritten only after half its size has been written in small ones: the cost of writing stays within three
/// times what had to be written anyway.
public struct FolderExchange {
  /// What the carrier is to do.
  public enum Action: Hashable, Sendable {
    /// List the folder and read headers and vectors; then ``FolderExchange/listed(_:)``.
    case list
    /// Take in these bundles, in this order, in one transaction; then ``FolderExchange/applied(without:)``.
    case apply([String])
    /// Write a bundle with what a replica with this vector lacks, if that is anything; then
    /// ``FolderExchange/wroteBundle(_:)``.
    case writeBundle(lackedBy: VersionVector)
    /// Write the replica's own vector; then ``FolderExchange/wroteVector()``.
    case writeVector
    /// Write a bundle with everything and read it back; then ``FolderExchange/wroteFullBundle(_:)``.
    case writeFullBundle
    /// Remove these bundles; then ``FolderExchange/removed()``.
    case remove([String])
    /// Nothing more.
    case finish
  }

  /// More small bundles than this are drawn together.
  public static let consolidationCount = 8

  private enum Phase: Hashable, Sendable { case start, listing, applying, writing, vector, full, removing, finished }
  private var phase = Phase.start
  private var listing = FolderListing()
  private var written: FolderBundle?
  private let replica: ReplicaID
  /// Whether the replica holds a place.
  private let isHeld: (Dependency) -> Bool
  /// Whether what a replica said proves that it holds places.
  private let hasAcknowledged: (FolderVector, [Dependency]) -> Bool

  /// An exchange of a replica.
  ///
  /// - Parameters:
  ///   - replica: The replica.
  ///   - isHeld: Whether it holds a place now, by number and digest.
  ///   - hasAcknowledged: Whether a vector proves that its replica holds places that are held here: for each one of its
  ///     tips is on a chain held here, at the place or behind it. A tip that is not known here proves nothing.
  public init(
    replica: ReplicaID, isHeld: @escaping (Dependency) -> Bool,
    hasAcknowledged: @escaping (FolderVector, [Dependency]) -> Bool
  ) {
    self.replica = replica
    self.isHeld = isHeld
    self.hasAcknowledged = hasAcknowledged
  }

  /// Begins.
  public mutating func start() -> Action {
    phase = .listing
    return .list
  }

  /// The folder has been read.
  public mutating func listed(_ listing: FolderListing) -> Action {
    self.listing = listing
    let wanted = listing.bundles.filter { !$0.ranges.allSatisfy { isHeld($0.end) } }
    guard !wanted.isEmpty else { return applied() }
    phase = .applying
    // Large ones first: a full bundle is what the others build on.
    return .apply(wanted.sorted { ($1.size, $0.name) < ($0.size, $1.name) }.map(\.name))
  }

  /// The bundles have been taken in, durably.
  ///
  /// - Parameter broken: Those that turned out to be unreadable, and were left: they count as not there.
  public mutating func applied(without broken: [SkippedFile] = []) -> Action {
    listing.bundles.removeAll { bundle in broken.contains { $0.name == bundle.name } }
    listing.skipped += broken
    phase = .writing
    return .writeBundle(lackedBy: listing.coverage)
  }

  /// What the folder lacked has been written and read back, or it lacked nothing.
  public mutating func wroteBundle(_ bundle: FolderBundle?) -> Action {
    if let bundle { listing.bundles.append(bundle) }
    phase = .vector
    return .writeVector
  }

  /// The own vector has been written.
  public mutating func wroteVector() -> Action {
    if listing.bundles.count > 1, isEverythingAcknowledged {
      let redundant = redundant
      if !redundant.isEmpty {
        phase = .removing
        return .remove(redundant)
      }
      if isConsolidationDue {
        phase = .full
        return .writeFullBundle
      }
    }
    phase = .finished
    return .finish
  }

  /// A full bundle has been written and read back.
  public mutating func wroteFullBundle(_ bundle: FolderBundle) -> Action {
    let superseded = listing.bundles.filter { $0.name != bundle.name }.map(\.name)
    listing.bundles.append(bundle)
    phase = .removing
    return superseded.isEmpty ? removed() : .remove(superseded)
  }

  /// The bundles have been removed.
  public mutating func removed() -> Action {
    phase = .finished
    return .finish
  }

  /// Whether every replica that left a vector has acknowledged everything in the folder, and so has this one.
  private var isEverythingAcknowledged: Bool {
    guard listing.skipped.isEmpty else { return false }
    let ends = listing.bundles.flatMap(\.ranges).map(\.end)
    guard ends.allSatisfy(isHeld) else { return false }
    return listing.vectors.allSatisfy { $0.replica == replica || hasAcknowledged($0, ends) }
  }

  private var isConsolidationDue: Bool {
    let sizes = listing.bundles.map(\.size).sorted()
    let small = sizes.dropLast().reduce(0, +)
    return sizes.count - 1 > Self.consolidationCount || small >= (sizes.last ?? 0) / 2
  }

  /// Bundles all of whose runs another bundle carries too, when everybody has everything: of two alike the one with
  /// the lower name stays, so that two laptops that tidy up at once never remove both.
  private var redundant: [String] {
    let bundles = listing.bundles
    func covers(_ one: FolderBundle, _ other: FolderBundle) -> Bool {
      other.ranges.allSatisfy { run in
        one.ranges.contains { $0.stream == run.stream && $0.first <= run.first && $0.last == run.last }
      }
    }
    return bundles.filter { bundle in
      bundles.contains { other in
        other.name != bundle.name && covers(other, bundle) && (!covers(bundle, other) || other.name < bundle.name)
      }
    }
    .map(\.name)
  }
}
