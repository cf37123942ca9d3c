import QuanCore

/// What the changes of one row of `shared` say about members and keys, as far as they have been read.
///
/// The log only grows, so what has been read once is kept: with hundreds of members, each change of `shared` would else have all
/// of them read again.
struct SpokenTrust {
  /// The last change that has been read.
  var number: UInt64 = 0
  /// What the author had seen of the other streams by then.
  var seen: [StreamID: UInt64] = [:]
  var statements: [MemberStatement] = []
  var raises: [RaisedCut] = []
  var grants: [(grant: Grant, change: ChangeID)] = []

  /// Adds what an operation says.
  mutating func add(_ operation: Operation, as record: RecordID, of change: ChangeID) {
    switch operation.body {
    case .create(BuiltIn.memberKind, let fields):
      if let statement = MemberFields.statement(fields, record: record, change: change, seen: seen) {
        statements.append(statement)
      }
    case .create(BuiltIn.grantKind, let fields):
      if let grant = GrantFields.grant(fields) { grants.append((grant, change)) }
    case .write(let key, let values, _) where key.id == BuiltIn.memberCuts:
      let cuts = Set(values.compactMap { MemberFields.place($0.value) })
      if !cuts.isEmpty { raises.append(RaisedCut(statement: operation.record, change: change, cuts: cuts)) }
    default: break
    }
  }
}

extension ReplicaFile {
  /// What each row of `shared` says, in the order of the rows.
  ///
  /// - Complexity: O(*n*) in the changes of `shared` that have not been read yet; in all of them while an identity is forked, because
  ///   then what a change has seen goes by other names than before.
  func spoken(by rows: [StreamRow]) throws -> [SpokenTrust] {
    if streams.hasForks { cachedSpeech = [:] }
    var speeches: [Int: SpokenTrust] = [:]
    for row in rows {
      var speech = cachedSpeech[row.index] ?? SpokenTrust()
      if speech.number == 0, let parent = row.parent {
        speech.seen = speeches[parent]?.seen ?? [:]
        speech.seen[StreamID(streams.rows[parent].name, .shared)] = row.forkNumber
      }
      if speech.number < row.number || streams.hasForks {
        try eachChange(of: row.index, from: speech.number + 1) { raw in
          for place in raw.dependencies {
            guard let other = try self.row(at: place) else { continue }
            let stream = StreamID(other.name, .shared)
            speech.seen[stream] = max(speech.seen[stream] ?? 0, place.tip.number)
          }
          let change = ChangeID(stream: StreamID(row.name, .shared), number: raw.number)
          for (position, operation) in try resolve(raw, as: row.index).operations.enumerated() {
            speech.add(operation, as: Dot(row.name, raw.firstCounter + UInt64(position)), of: change)
          }
          speech.number = raw.number
        }
      }
      speeches[row.index] = speech
    }
    if !streams.hasForks { cachedSpeech = speeches }
    return rows.compactMap { speeches[$0.index] }
  }
}
