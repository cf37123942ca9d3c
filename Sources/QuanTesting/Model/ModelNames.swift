import Quan
import QuanFormat

/// Which name each change's replica goes by, and which operation a dot means: section 5's rule about forked identities.
///
/// A change after which several different ones follow is a fork; behind it each branch is named after its first change.
struct ModelNames {
  private let byDigest: [Digest: HeldChange]
  private let branchStarts: Set<Digest>
  /// Whether there is no fork, so that every dot means what it says.
  let isTrivial: Bool

  init(_ changes: [HeldChange]) {
    byDigest = Dictionary(uniqueKeysWithValues: changes.map { ($0.digest, $0) })
    let followers = Dictionary(grouping: changes, by: \.previous)
    branchStarts = Set(followers.values.filter { $0.count > 1 }.flatMap { $0.map(\.digest) })
    isTrivial = branchStarts.isEmpty
  }

  /// The change before one, in its stream.
  private func before(_ change: HeldChange) -> HeldChange? {
    change.change.number > 1 ? byDigest[change.previous] : nil
  }

  /// The name that a change's replica goes by.
  func name(of change: HeldChange) -> ReplicaID { names(of: change)[0] }

  /// The names that the stretches of a change's stream go by, from its own back to the beginning.
  private func names(of change: HeldChange) -> [ReplicaID] {
    var names: [ReplicaID] = []
    var place: HeldChange? = change
    while let current = place {
      if branchStarts.contains(current.digest) {
        names.append(DigestChain.branchName(of: change.change.stream.replica, first: current.digest))
      }
      place = before(current)
    }
    return names + [change.change.stream.replica]
  }

  /// Everything that the author of a change had seen in its scope, the change itself first.
  private func past(of change: HeldChange) -> [HeldChange] {
    var past: [HeldChange] = []
    var known: Set<Digest> = []
    var queue = [change]
    while !queue.isEmpty {
      let next = queue.removeFirst()
      guard known.insert(next.digest).inserted else { continue }
      past.append(next)
      if let before = before(next) { queue.append(before) }
      for place in next.change.dependencies {
        let seen = byDigest.values.first {
          $0.change.stream == place.stream && $0.change.number == place.tip.number
            && $0.digest.check == place.tip.check
        }
        if let seen { queue.append(seen) }
      }
    }
    return past
  }

  /// A function that gives the dots of a change by the names that replicas go by here.
  ///
  /// A dot means the operation that the author had seen under it. What the author's past does not tell stays as it is.
  func resolver(for change: HeldChange) -> (_ dot: Dot, _ scope: ScopeID) -> Dot {
    if isTrivial { return { dot, _ in dot } }
    let past = past(of: change)
    return { dot, scope in
      let meant = past.first { seen in
        seen.change.stream.scope == scope
          && (seen.change.firstCounter..<seen.change.firstCounter + UInt64(seen.change.operations.count))
            .contains(dot.counter)
          && names(of: seen).contains(dot.replica)
      }
      return meant.map { Dot(name(of: $0), dot.counter) } ?? dot
    }
  }
}
