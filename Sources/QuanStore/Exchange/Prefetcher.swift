import Dispatch
import QuanFormat
import Synchronization

/// Unpacks the segments of bundles on another core, at most two ahead of the one that is being taken in.
///
/// One worker serves all bundles of an intake: a worker that waits holds a thread, and threads are few.
final class Prefetcher: Sendable {
  /// A segment to be unpacked: a bundle, and the place of the segment in it.
  struct Item: Sendable {
    let reader: BundleReader
    let index: Int
    let keyring: Keyring

    /// The segment's bytes in the clear, and its content.
    func unpack() throws -> (bytes: [UInt8], segment: DecodedSegment) {
      let (segment, clear) = try reader.decode(try reader.segment(index), index, with: keyring)
      return (clear, segment)
    }
  }

  private struct State {
    var ready: [Int: Result<(bytes: [UInt8], segment: DecodedSegment), any Error>] = [:]
    var upcoming: Range<Int>
    var isStopped = false
  }

  private let items: [Item]
  private let state: Mutex<State>
  // Semaphores begin at 0: one that is let go below where it began ends the process.
  private let room = DispatchSemaphore(value: 0)
  private let filled = DispatchSemaphore(value: 0)

  /// Starts unpacking, in this order.
  init(_ items: [Item]) {
    self.items = items
    state = Mutex(State(upcoming: items.indices))
    for _ in 0..<2 { room.signal() }
    DispatchQueue.global().async { [self] in
      for (place, item) in items.enumerated() {
        room.wait()
        if state.withLock({ $0.isStopped }) { return }
        let result = Result { try item.unpack() }
        state.withLock { $0.ready[place] = result }
        filled.signal()
      }
    }
  }

  /// A segment's bytes and content.
  ///
  /// Segments passed over are let go; one out of order is unpacked here and now.
  func segment(_ place: Int) throws -> (bytes: [UInt8], segment: DecodedSegment) {
    guard state.withLock({ $0.upcoming.contains(place) }) else { return try items[place].unpack() }
    while true {
      filled.wait()
      let (next, result) = state.withLock { state in
        let next = state.upcoming.removeFirst()
        return (next, state.ready.removeValue(forKey: next))
      }
      room.signal()
      if next == place, let result {
        // The key may have come since.
        if case .failure(EnvelopeError.noKey) = result { return try items[place].unpack() }
        return try result.get()
      }
    }
  }

  /// Ends the work; what is being unpacked is finished and let go.
  func stop() {
    state.withLock { $0.isStopped = true }
    room.signal()
  }
}
