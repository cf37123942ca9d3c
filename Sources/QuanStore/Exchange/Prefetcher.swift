import Dispatch
import QuanFormat
import Synchronization

/// Unpacks the segments of a bundle on another core, at most two ahead of the one that is being taken in.
final class Prefetcher: Sendable {
  private struct State {
    var ready: [Int: Result<(bytes: [UInt8], segment: DecodedSegment), any Error>] = [:]
    var upcoming: [Int]
    var isStopped = false
  }

  private let reader: BundleReader
  private let state: Mutex<State>
  private let room = DispatchSemaphore(value: 2)
  private let filled = DispatchSemaphore(value: 0)

  /// Starts unpacking the segments with these places in the bundle, in this order.
  init(_ reader: BundleReader, _ order: [Int]) {
    self.reader = reader
    state = Mutex(State(upcoming: order))
    DispatchQueue.global().async { [self] in
      for index in order {
        room.wait()
        if state.withLock({ $0.isStopped }) { return }
        let result = Result { try unpack(index) }
        state.withLock { $0.ready[index] = result }
        filled.signal()
      }
    }
  }

  /// A segment's bytes and content.
  ///
  /// Segments passed over are let go; one out of order is unpacked here and now.
  func segment(_ index: Int) throws -> (bytes: [UInt8], segment: DecodedSegment) {
    guard state.withLock({ $0.upcoming.contains(index) }) else { return try unpack(index) }
    while true {
      filled.wait()
      let (next, result) = state.withLock { state in
        let next = state.upcoming.removeFirst()
        return (next, state.ready.removeValue(forKey: next))
      }
      room.signal()
      if next == index, let result { return try result.get() }
    }
  }

  /// Ends the work; what is being unpacked is finished and let go.
  func stop() {
    state.withLock { $0.isStopped = true }
    room.signal()
  }

  private func unpack(_ index: Int) throws -> (bytes: [UInt8], segment: DecodedSegment) {
    let bytes = try reader.segment(index)
    return (bytes, try reader.decode(bytes, index))
  }
}
