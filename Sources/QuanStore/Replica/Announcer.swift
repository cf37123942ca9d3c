public import QuanCore
import Synchronization

/// What happened to a replica, for those who watch it.
public enum ReplicaChange: Hashable, Sendable {
  /// Something was written here, on these records.
  case written(ChangeID, records: [RecordID])
  /// Changes from elsewhere were taken in.
  case merged(MergeReport)
}

/// Tells those who watch a replica what happened to it.
final class Announcer: Sendable {
  private let watchers = Mutex<[UInt64: AsyncStream<ReplicaChange>.Continuation]>([:])
  private let next = Atomic<UInt64>(0)

  /// A new sequence of what happens from now on; the newest 1,000 are kept for a slow watcher.
  func watch() -> AsyncStream<ReplicaChange> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: ReplicaChange.self, bufferingPolicy: .bufferingNewest(1000))
    let number = next.add(1, ordering: .relaxed).newValue
    watchers.withLock { $0[number] = continuation }
    continuation.onTermination = { [weak self] _ in self?.forget(number) }
    return stream
  }

  private func forget(_ number: UInt64) { _ = watchers.withLock { $0.removeValue(forKey: number) } }

  func announce(_ change: ReplicaChange) {
    for watcher in watchers.withLock({ Array($0.values) }) { watcher.yield(change) }
  }

  func finish() {
    for watcher in watchers.withLock({ Array($0.values) }) { watcher.finish() }
  }
}
