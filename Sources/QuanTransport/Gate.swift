import QuanCore
import Synchronization

/// Counts who is there and who came of late, and says who may enter.
///
/// What it remembers is bounded: a minute's addresses and members, and no more than ``addressLimit`` of the former.
final class Gate: Sendable {
  private static let addressLimit = 10_000

  fileprivate struct State {
    var connections = 0
    var present: [ReplicaID: Int] = [:]
    var begun: [ReplicaID: Int] = [:]
    var failures: [String: Int] = [:]
    var minute = ContinuousClock.now
    var watches: [ObjectIdentifier: Watch] = [:]
    var isStopping = false
  }

  private let limits: ServerLimits
  private let state = Mutex(State())

  init(_ limits: ServerLimits) { self.limits = limits }

  /// How many connections there are.
  var connections: Int { state.withLock(\.connections) }

  /// A connection from an address; why it may not stay, if so.
  ///
  /// ``leave()`` is due in either case.
  func enter(from host: String) -> ServerEvent.Reason? {
    state.withLock { state in
      state.connections += 1
      state.turn()
      if state.isStopping { return .stopping }
      if state.connections > limits.connections { return .busy }
      return state.failures[host] ?? 0 >= limits.failuresAMinute ? .tooOften : nil
    }
  }

  /// A connection is gone.
  func leave() { state.withLock { $0.connections -= 1 } }

  /// Somebody at an address could not prove who it is.
  func noteFailure(of host: String) {
    state.withLock { state in
      state.turn()
      guard state.failures.count < Self.addressLimit || state.failures[host] != nil else { return }
      state.failures[host, default: 0] += 1
    }
  }

  /// A member begins a conversation; why it may not, if so.
  ///
  /// ``end(_:_:)`` is due when it may.
  func begin(_ member: ReplicaID, _ watch: Watch) -> ServerEvent.Reason? {
    state.withLock { state in
      state.turn()
      if state.isStopping { return .stopping }
      if state.present[member] ?? 0 >= limits.conversationsOfAMember { return .busy }
      if state.begun[member] ?? 0 >= limits.conversationsAMinute { return .tooOften }
      state.present[member, default: 0] += 1
      state.begun[member, default: 0] += 1
      state.watches[ObjectIdentifier(watch)] = watch
      return nil
    }
  }

  /// A conversation has ended.
  func end(_ member: ReplicaID, _ watch: Watch) {
    state.withLock { state in
      state.watches[ObjectIdentifier(watch)] = nil
      state.present[member, default: 1] -= 1
      if state.present[member] == 0 { state.present[member] = nil }
    }
  }

  /// Nobody enters any more, and who is there is to come to an end.
  func close() {
    let watches = state.withLock { state in
      state.isStopping = true
      return Array(state.watches.values)
    }
    for watch in watches { watch.stop() }
  }
}

extension Gate.State {
  /// Forgets what is older than a minute.
  fileprivate mutating func turn() {
    let now = ContinuousClock.now
    guard now - minute > .seconds(60) else { return }
    minute = now
    begun = [:]
    failures = [:]
  }
}
