import Dispatch
import QuanCore
import QuanFormat

/// Changes that are being taken in and are not in the log's tables yet; who looks something up in the log finds
/// them here.
struct Unlogged {
  /// A segment that is being taken in.
  private struct Held {
    /// Its stream's row.
    let index: Int
    let segment: DecodedSegment
    let digests: [Digest]
    /// How many of its changes have been begun.
    var begun = 0
  }

  /// Changes by stream row, in order.
  private var changes: [Int: [Change]] = [:]
  private var segments: [Held] = []

  /// Nothing.
  static let none = Unlogged()

  /// Adds a change of a row, behind those that are there.
  mutating func add(_ change: Change, of index: Int) { changes[index, default: []].append(change) }

  /// Lets go of a row's changes up to a number: they are in the log now.
  mutating func drop(upTo number: UInt64, of index: Int) {
    guard let own = changes[index] else { return }
    changes[index] = Array(own.drop { $0.number <= number })
    // What is let go is many small pieces: another core gives them back.
    DispatchQueue.global(qos: .utility).async { _ = own }
  }

  /// Holds a segment of a row, of which nothing is seen until ``begin(_:of:)``.
  ///
  /// - Returns: What names it here.
  mutating func hold(_ segment: DecodedSegment, of index: Int) -> Int {
    segments.append(Held(index: index, segment: segment, digests: segment.digests))
    return segments.count - 1
  }

  /// Shows a change of a held segment, and those before it.
  mutating func begin(_ change: Int, of held: Int) { segments[held].begun = change + 1 }

  /// The change of a row that holds an operation.
  func change(holding counter: UInt64, of index: Int) -> Change? {
    for held in segments where held.index == index {
      guard let position = held.segment.change(holding: counter) else { continue }
      return position < held.begun ? held.segment.change(position) : nil
    }
    guard let change = changes[index]?.last(where: { $0.firstCounter <= counter }) else { return nil }
    return counter < change.firstCounter + UInt64(change.operations.count) ? change : nil
  }

  /// All changes of a row, in order.
  func changes(of index: Int) -> [Change] {
    segments.filter { $0.index == index }.reduce(changes[index] ?? []) { all, held in
      all + (0..<held.begun).map { held.segment.change($0) }
    }
  }

  /// The digest at a change of a row, and the counter of the change's last operation; `nil` when no held segment tells.
  func place(_ number: UInt64, of index: Int) -> (digest: Digest, counter: UInt64)? {
    for held in segments where held.index == index && held.segment.header.range.contains(number) {
      let change = Int(number - held.segment.header.range.lowerBound)
      guard change < held.begun else { return nil }
      return (held.digests[change], held.segment.lastCounter(change))
    }
    return nil
  }
}
