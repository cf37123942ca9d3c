import QuanCore
import QuanFormat

extension ReplicaFile {
  /// What waits, with what is missing.
  func pendingSegments() throws -> [PendingSegment] {
    let headers = try pendingHeaders()
    let credentials = try Credentials(self, headers)
    return try headers.map { header in
      // An envelope without a key waits only when it is not known who sealed it.
      if let seal = header.seal, keyring[seal.key] == nil {
        let reason = isSealed ? PendingSegment.Reason.stranger : .sealed
        return PendingSegment(stream: header.stream, range: header.range, missing: [], reason: reason)
      }
      switch credentials.answer(header) {
      case .stranger: return PendingSegment(stream: header.stream, range: header.range, missing: [], reason: .stranger)
      case .unsigned: return PendingSegment(stream: header.stream, range: header.range, missing: [], reason: .unsigned)
      case .good, .forged: break
      }
      guard case .missing(let places) = try Intake.standing(of: header, in: self) else {
        return PendingSegment(stream: header.stream, range: header.range, missing: [])
      }
      return PendingSegment(stream: header.stream, range: header.range, missing: places)
    }
  }

  /// The headers of what waits.
  func pendingHeaders() throws -> [SegmentHeader] {
    var headers: [SegmentHeader] = []
    let statement = try connection.statement("SELECT bytes FROM quan_pending ORDER BY id")
    while try statement.step() {
      guard let (header, _) = try? Segment.header(of: statement.blob(0)) else {
        throw StoreError(.damaged, "a pending segment is damaged")
      }
      headers.append(header)
    }
    return headers
  }

  /// Brings the tables in line with the schema before data of another scope than `shared` is taken in.
  func finishSchema(before scope: ScopeID) throws {
    if scope != .shared { try finishSchema() }
  }
}
