import EditingTraces
import Quan
import QuanTesting
import Testing

private let traceSchema = SchemaDraft([
  KindDraft("visit", Labels("家访", "visit"), [FieldDraft("notes", Labels("记录", "notes"), container: .text)])
])

/// Recorded histories through replicas; see `Tools/Programs/traces`.
@Suite("Recorded editing histories in replicas", .enabled(if: EditingTrace.folder != nil))
struct TraceTests {
  private func trace(_ name: String) throws -> EditingTrace {
    try EditingTrace(path: try #require(EditingTrace.folder) + "/\(name).json.gz")
  }

  private func begin(_ trace: EditingTrace, laptops: Int) throws -> (Bureau, RecordID, FieldID) {
    let bureau = try Bureau(laptops, schema: traceSchema)
    let notes = try bureau.field("notes", of: "visit")
    let kind = try bureau.kind("visit")
    let id = try bureau.replicas[0].write {
      try $0.create(kind, trace.start.isEmpty ? [:] : [notes: [.text(trace.start)]])
    }
    try bureau.exchange()
    return (bureau, id, notes)
  }

  private func text(_ replica: Replica, _ id: RecordID) throws -> String {
    if case .text(let text)? = try replica.record(id)?["notes"]?.shown.first { text } else { "" }
  }

  @Test(
    "a sequential history ends at its recorded text, typed edit by edit and merged from one bundle",
    arguments: ["seq-automerge-paper", "seq-rustcode", "seq-sveltecomponent"])
  func sequential(name: String) throws {
    let trace = try trace(name)
    let (bureau, id, notes) = try begin(trace, laptops: 1)
    try bureau.replicas[0].write { transaction in
      for step in trace.steps { try transaction.play(step, in: id, notes) }
    }
    #expect(try text(bureau.replicas[0], id).unicodeScalars.elementsEqual(trace.end.unicodeScalars))
    let newcomer = try bureau.newcomer("N", from: 0)
    #expect(try text(newcomer, id).unicodeScalars.elementsEqual(trace.end.unicodeScalars))
    try newcomer.close()
  }

  /// Whether the tests are optimised: the history has 2,258 merges, each a bundle.
  #if DEBUG
    private static let isOptimized = false
  #else
    private static let isOptimized = true
  #endif

  @Test("two friends typing with their real concurrency end at the recorded text on both laptops and on a newcomer's")
  func friends() throws {
    let whole = try trace("conc-friendsforever")
    // Unoptimised only the beginning: then all laptops must agree.
    let trace = Self.isOptimized ? whole : whole.beginning(1500)
    let (bureau, id, notes) = try begin(trace, laptops: 2)
    try trace.play(on: bureau.replicas, in: id, notes, folder: bureau.folder.folder("bundles"))
    try bureau.exchange()
    try bureau.expectEqual()
    let newcomer = try bureau.newcomer("N", from: 0)
    let end = try text(newcomer, id)
    #expect(try text(bureau.replicas[0], id) == end)
    if Self.isOptimized { #expect(end.unicodeScalars.elementsEqual(whole.end.unicodeScalars)) }
    try newcomer.close()
  }
}
