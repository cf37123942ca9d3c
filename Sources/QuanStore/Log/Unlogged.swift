import Dispatch
import QuanCore
import QuanFormat

/// Changes that are being taken in and are not in the log's tables yet; who looks something up in the log finds
/// them here.
struct Unlogged {
  /// Changes by stream row, in order.
  private var changes: [Int: [Change]] = [:]
  /// A segment that is being taken in whole, with its stream row.
  private var segment: (index: Int, segment: DecodedSegment)?

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

  /// Holds a segment; it replaces one held before.
  mutating func hold(_ segment: DecodedSegment, of index: Int) { self.segment = (index, segment) }

  /// The change of a row that holds an operation.
  func change(holding counter: UInt64, of index: Int) -> Change? {
    if let segment, segment.index == index, let position = segment.segment.change(holding: counter) {
      return segment.segment.change(position)
    }
    guard let change = changes[index]?.last(where: { $0.firstCounter <= counter }) else { return nil }
    return counter < change.firstCounter + UInt64(change.operations.count) ? change : nil
  }

  /// All changes of a row, in order.
  func changes(of index: Int) -> [Change] {
    var all = changes[index] ?? []
    if let segment, segment.index == index {
      all += (0..<segment.segment.changeCount).map { segment.segment.change($0) }
    }
    return all
  }
}
