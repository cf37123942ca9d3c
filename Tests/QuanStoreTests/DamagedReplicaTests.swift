import Quan
import QuanTesting
import Testing

private let damagedSchema = SchemaDraft([
  KindDraft(
    "visit", Labels("家访", "visit"),
    [
      FieldDraft("notes", Labels("记录", "notes"), container: .text),
      FieldDraft("steps", Labels("步骤", "steps"), container: .list),
      FieldDraft("contacts", Labels("联系人", "contacts"), container: .map),
    ])
])

/// A replica's file with texts, lists and maps, bytes of which a bad disk has changed: what is wrong is said, and
/// nothing of it ends the process.
@Suite("A damaged replica's file with texts, lists and maps")
struct DamagedReplicaTests {
  private let bureau: Bureau
  private let id: RecordID
  private let notes: FieldID
  private let steps: FieldID
  private let contacts: FieldID

  /// Two people have written all three at once, so that the row's state says as much as it can.
  init() throws {
    bureau = try Bureau(2, schema: damagedSchema)
    notes = try bureau.field("notes", of: "visit")
    steps = try bureau.field("steps", of: "visit")
    contacts = try bureau.field("contacts", of: "visit")
    let values: [FieldID: [Value]] = [
      notes: [.text("母亲在县城打工。")], steps: ["一", "二", "三"].map { .text($0) },
    ]
    let kind = try bureau.kind("visit")
    id = try bureau.replicas[0].write { try $0.create(kind, values) }
    try bureau.exchange()
    let (id, notes, steps, contacts) = (id, notes, steps, contacts)
    for index in 0..<2 {
      try bureau.replicas[index].write { transaction in
        try transaction.insert(["父亲随后。", "奶奶👵🏻照料。"][index], at: 3 + index, in: id, notes)
        let elements = try transaction.elements(id, steps).compactMap(\.element)
        try transaction.move(id, steps, element: elements[0], after: elements[1 + index])
        try transaction.set(id, steps, element: elements[1], to: .text("by \(index)"))
        try transaction.set(id, contacts, key: "aunt", to: .text("by \(index)"))
      }
    }
    try bureau.exchange()
    try bureau.expectEqual()
  }

  /// What a copy of A's file, damaged, has to say to whoever reads all of it and writes to it: findings of the
  /// verification, or the error that some of it ended with.
  private func complaints(about bytes: [UInt8]) throws -> [String] {
    TemporaryFolder.remove(bureau.laptops[0].path)
    TemporaryFolder.write(bytes, to: bureau.laptops[0].path)
    do {
      let replica = try bureau.laptops[0].open()
      defer { try? replica.close() }
      var found = try replica.verify().map(\.message)
      do {
        _ = try replica.record(id)?.fields.map(\.shown)
        for step in try replica.history(of: id) { _ = step.stamp }
        _ = try replica.passages(of: id, notes)
        _ = try replica.canonicalForm(of: try #require(try replica.scopes().last).id)
        try replica.write { transaction in
          try transaction.insert("新", at: 0, in: id, notes)
          for element in try transaction.elements(id, steps).compactMap(\.element) {
            try transaction.set(id, steps, element: element, to: .text("x"))
          }
          try transaction.set(id, contacts, key: "aunt", to: .text("y"))
        }
      } catch let error as StoreError {
        found.append(error.message)
      }
      return found
    } catch let error as StoreError {
      return [error.message]
    }
  }

  /// A's file, closed, with nothing beside it.
  private func settled() throws -> [UInt8] {
    try bureau.replicas[0].close()
    return TemporaryFolder.read(bureau.laptops[0].path)
  }

  @Test("each byte of the row's state changed in turn: it is found, or the row says the same")
  func state() throws {
    let sound = try settled()
    let file = try SQLFile(bureau.laptops[0].path)
    let count = try #require(Int(try file.run("SELECT length(quan_state) FROM visit")[0]))
    #expect(count > 100)
    var quiet = 0
    for place in 1...count {
      try file.run(
        """
        UPDATE visit SET quan_state = substr(quan_state, 1, \(place - 1)) || x'\(place % 2 == 0 ? "FF" : "00")' ||
        substr(quan_state, \(place + 1))
        """)
      let damaged = TemporaryFolder.read(bureau.laptops[0].path)
      if damaged != sound, try complaints(about: damaged).isEmpty { quiet += 1 }
      TemporaryFolder.write(sound, to: bureau.laptops[0].path)
    }
    #expect(quiet == 0)
  }

  @Test("the plain text changed in its column: the verification says so")
  func plainText() throws {
    _ = try settled()
    try SQLFile(bureau.laptops[0].path).run("UPDATE visit SET notes = notes || '。'")
    let bytes = TemporaryFolder.read(bureau.laptops[0].path)
    #expect(try !complaints(about: bytes).isEmpty)
  }

  @Test("bytes changed anywhere in the file", arguments: 1...UInt64(60))
  func anywhere(seed: UInt64) throws {
    let sound = try settled()
    var random = SeededGenerator(seed: seed)
    var bytes = sound
    for _ in 0..<Int.random(in: 1...40, using: &random) {
      bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
    }
    // Read and written to without an end of the process; a byte that nothing looks at may go unnoticed.
    _ = try complaints(about: bytes)
  }
}
