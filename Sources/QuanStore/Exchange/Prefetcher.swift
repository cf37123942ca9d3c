import Dispatch
import QuanFormat
import Synchronization

/// Unpacks the segments of bundles on other cores, at most a few ahead of the one that is being taken in.
///
/// Two workers serve all bundles of an intake: a worker that waits holds a thread, and threads are few.
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
    /// Those that are being unpacked.
    var begun: Set<Int> = []
    /// The next one to be unpacked.
    var next = 0
    var isStopped = false
  }

  private static let workers = 2
  /// Up to how many segments are begun or ready.
  private static let ahead = 3

  private let items: [Item]
  private let state = Mutex(State())
  // Semaphores begin at 0: one that is let go below where it began ends the process.
  private let room = DispatchSemaphore(value: 0)
  private let filled = DispatchSemaphore(value: 0)

  /// Starts unpacking, in this order.
  init(_ items: [Item]) {
    self.items = items
    for _ in 0..<Self.ahead { room.signal() }
    for _ in 0..<Self.workers {
      DispatchQueue.global().async { [self] in
        while let place = claim() {
          let result = Result { try items[place].unpack() }
          state.withLock { state in
            if state.begun.remove(place) != nil { state.ready[place] = result }
          }
          filled.signal()
        }
      }
    }
  }

  /// Waits for room, and says what to unpack next; `nil` when nothing is left.
  private func claim() -> Int? {
    room.wait()
    return state.withLock { state in
      guard !state.isStopped, state.next < items.count else {
        // The other workers end too.
        room.signal()
        return nil
      }
      defer { state.next += 1 }
      state.begun.insert(state.next)
      return state.next
    }
  }

  /// A segment's bytes and content.
  ///
  /// Segments passed over are let go; one out of order is unpacked here and now.
  func segment(_ place: Int) throws -> (bytes: [UInt8], segment: DecodedSegment) {
    while true {
      let (found, isBegun) = state.withLock { state in
        // What comes before is let go.
        let passed = state.ready.keys.filter { $0 < place }
        for passed in passed { state.ready[passed] = nil }
        let begun = state.begun.filter { $0 < place }
        state.begun.subtract(begun)
        // What nobody has begun is unpacked here.
        state.next = max(state.next, place + 1)
        let found = state.ready.removeValue(forKey: place)
        for _ in 0..<passed.count + begun.count + (found == nil ? 0 : 1) { room.signal() }
        return (found, state.begun.contains(place))
      }
      if let found {
        // The key may have come since.
        if case .failure(EnvelopeError.noKey) = found { break }
        return try found.get()
      }
      guard isBegun else { break }
      filled.wait()
    }
    return try items[place].unpack()
  }

  /// Ends the work; what is being unpacked is finished and let go.
  func stop() {
    state.withLock { $0.isStopped = true }
    room.signal()
  }
}
