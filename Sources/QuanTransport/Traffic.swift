import QuanStore
import QuanSync
import Synchronization

/// How much has gone over a connection, and how far the exchange has got.
final class Traffic: Sendable {
  /// Counts.
  struct Counts: Hashable, Sendable {
    var bytesSent: UInt64 = 0
    var bytesReceived: UInt64 = 0
    var bundlesSent = 0
    var bundlesReceived = 0
    /// What a progress bar shows.
    var progress = WorkProgress(.sending, 0, of: 0)
  }

  private let state = Mutex(Counts())

  /// The counts now.
  var counts: Counts { state.withLock { $0 } }

  func sent(_ bytes: Int) { state.withLock { $0.bytesSent += UInt64(bytes) } }

  func received(_ bytes: Int) { state.withLock { $0.bytesReceived += UInt64(bytes) } }

  /// A file is about to be sent.
  func sending(_ delivery: Delivery) {
    state.withLock { counts in
      if case .bundle = delivery.content { counts.bundlesSent += 1 }
      counts.advance(.sending, delivery)
    }
  }

  /// A part of a file has been sent or received.
  func moved(_ done: UInt64, of delivery: Delivery, _ stage: WorkProgress.Stage) {
    guard case .attachment = delivery.content else { return }
    state.withLock { $0.progress = WorkProgress(stage, Int(clamping: done), of: Int(clamping: delivery.size)) }
  }

  /// A file has been received.
  func received(_ delivery: Delivery) {
    state.withLock { counts in
      if case .bundle = delivery.content { counts.bundlesReceived += 1 }
      counts.advance(.receiving, delivery)
    }
  }
}

extension Traffic.Counts {
  fileprivate mutating func advance(_ stage: WorkProgress.Stage, _ delivery: Delivery) {
    guard case .bundle(let changes, let following) = delivery.content else { return }
    let before = progress.stage == stage ? progress.done : 0
    // What the other end says is bounded by nothing else.
    let done = min(before + Int(clamping: changes), Int.max / 2)
    progress = WorkProgress(stage, done, of: done + min(Int(clamping: following), Int.max / 2))
  }
}
