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
    try bureau.replicas[0].batch { batch in
      for step in trace.steps { try batch.write { try $0.play(step, in: id, notes) } }
    }
    #expect(try text(bureau.replicas[0], id).unicodeScalars.elementsEqual(trace.end.unicodeScalars))
    let newcomer = try bureau.newcomer("N", from: 0)
    #expect(try text(newcomer, id).unicodeScalars.elementsEqual(trace.end.unicodeScalars))
    try newcomer.close()
  }

  @Test(
    "random histories of several people, each step a write, give the reference's text from bundles in any order",
    arguments: 0..<4)
  func conformance(part: Int) throws {
    let path = try #require(EditingTrace.folder) + "/egwalker-conformance.json.gz"
    // Every fortieth of 1,000, a quarter of them in each part; the walker alone takes in all.
    for (number, history) in try EditingTrace.histories(path: path).enumerated() where number % 160 == part * 40 {
      let (trace, authors) = history.asChains()
      let (bureau, id, notes) = try begin(trace, laptops: authors)
      let folder = bureau.folder.folder("bundles")
      try trace.play(on: bureau.replicas, in: id, notes, folder: folder, isClamped: true)
      var bundles = TemporaryFolder.names(in: folder).map { folder + "/" + $0 }
      for (index, replica) in bureau.replicas.enumerated() {
        let path = bureau.folder.path + "/rest-\(index).quanbundle"
        _ = try replica.writeBundle(to: path)
        bundles.append(path)
      }
      let newcomer = try bureau.newcomer("N", from: 0)
      var random = SeededGenerator(seed: UInt64(number))
      for replica in bureau.replicas + [newcomer] {
        for bundle in bundles.shuffled(using: &random) { _ = try replica.apply(bundleAt: bundle) }
      }
      try bureau.expectEqual()
      // What the slow reference makes of all changes.
      let scope = try #require(try newcomer.record(id)).scope
      let state = ModelState(try HeldChange.read(bundleAt: try bureau.bundle(from: 0)))
      try #require(try newcomer.canonicalForm(of: scope).records == state.canonical(of: scope), "history \(number)")
      try #require(
        try bureau.replicas.allSatisfy {
          try text($0, id).unicodeScalars.elementsEqual(try text(newcomer, id).unicodeScalars)
        }, "history \(number)")
      try newcomer.close()
    }
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
