import Dispatch
import Synchronization

/// Reads the rows of a CSV file on another core, a few hundred ahead of the one that takes them, fewer where they are long.
final class CSVFeed: Sendable {
  private static let rowsPerPiece = 128
  private static let bytesPerPiece = 1 << 20
  private static let piecesAhead = 4

  private struct State {
    var ready: [Result<[CSVRow], any Error>] = []
    var isStopped = false
  }

  /// How many bytes the file has; 0 when that is not known.
  let size: Int
  private let source: Mutex<(reader: CSVReader, rows: CSVRowReader, begun: [CSVReader.Row])>
  private let state = Mutex(State())
  // Semaphores begin at 0: one that is let go below where it began ends the process.
  private let room = DispatchSemaphore(value: 0)
  private let filled = DispatchSemaphore(value: 0)

  /// Starts reading.
  ///
  /// - Parameter begun: The rows that have been read already, when the heads were looked for.
  init(_ reader: sending CSVReader, after begun: [CSVReader.Row], _ plan: CSVPlan) {
    size = reader.decoder.size
    source = Mutex((reader, CSVRowReader(plan), begun))
    for _ in 0..<Self.piecesAhead { room.signal() }
    DispatchQueue.global().async { [self] in
      var isOver = false
      while !isOver {
        room.wait()
        if state.withLock({ $0.isStopped }) { return }
        let piece = Result { try read() }
        isOver = ((try? piece.get()) ?? []).isEmpty
        state.withLock { $0.ready.append(piece) }
        filled.signal()
      }
    }
  }

  private func read() throws -> [CSVRow] {
    try source.withLock { source in
      var rows: [CSVRow] = []
      rows.reserveCapacity(Self.rowsPerPiece)
      let start = source.reader.decoder.bytesRead
      while rows.count < Self.rowsPerPiece, source.reader.decoder.bytesRead - start < Self.bytesPerPiece {
        guard let row = try source.begun.isEmpty ? source.reader.next() : source.begun.removeFirst() else { break }
        rows.append(try source.rows.read(row, bytesRead: source.reader.decoder.bytesRead))
      }
      return rows
    }
  }

  /// The next rows; none at the end of the file.
  ///
  /// - Throws: What ``CSVReader/next()`` throws, in place of the piece of rows that it happened in.
  func next() throws -> [CSVRow] {
    filled.wait()
    let piece = state.withLock { $0.ready.removeFirst() }
    room.signal()
    return try piece.get()
  }

  /// Ends the reading.
  func stop() {
    state.withLock { $0.isStopped = true }
    room.signal()
  }
}
