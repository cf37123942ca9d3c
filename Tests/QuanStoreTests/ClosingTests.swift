import Quan
import QuanCore
import QuanFormat
import QuanStore
import QuanTesting
import Testing

@Suite("An open workspace becomes one of members with its first admission")
struct ClosingTests {
  /// Admits a laptop of an open or sealed workspace that holds a replica; gives its welcome.
  private func admit(_ index: Int, of bureau: Bureau, by admin: Int = 0) throws -> String {
    let request = bureau.folder.path + "/request-\(index)"
    let welcome = bureau.folder.path + "/welcome-\(index)"
    _ = try Replica.requestAdmission(to: request, environment: bureau.laptops[index].environment)
    let scope = try #require(try bureau.replicas[0].scopes().last).id
    try bureau.replicas[admin].admit(
      requestAt: request, label: bureau.laptops[index].name, person: "person \(index)",
      standing: Standing(.editor, [scope]), welcome: welcome)
    return welcome
  }

  private func bundle(from index: Int, _ bureau: Bureau) throws -> String {
    bureau.bundleCount += 1
    let path = bureau.folder.path + "/bundle-\(bureau.bundleCount)"
    try bureau.replicas[index].writeBundle(to: path)
    return path
  }

  private func name(_ name: String, on index: Int, _ bureau: Bureau) throws -> RecordID {
    try bureau.replicas[index].write {
      try $0.create(try bureau.kind(), [try bureau.field("name"): [.text(name)]])
    }
  }

  @Test("what was written openly stands, what comes is sealed, and whoever was there enters with a welcome")
  func closes() throws {
    let bureau = try Bureau(3)
    #expect(try bureau.replicas[0].isOpen && bureau.replicas[1].isOpen)
    let before = try bureau.pupil("before", on: 1)
    let welcome = try admit(1, of: bureau)
    #expect(try !bureau.replicas[0].isOpen)
    let after = try name("after", on: 0, bureau)
    let sealed = try bundle(from: 0, bureau)
    // B cannot read what is sealed, keeps it, and gives nothing away in the clear any more.
    let waits = try bureau.replicas[1].apply(bundleAt: sealed)
    #expect(waits.pending.contains { $0.reason == .sealed })
    #expect(try bureau.replicas[1].record(after) == nil)
    #expect(throws: StoreError.self) { _ = try bundle(from: 1, bureau) }
    // With its welcome it is a member, and has all of it.
    let entered = try bureau.replicas[1].enter(welcomeAt: welcome)
    #expect(entered.counts.isBalanced && entered.pending.isEmpty)
    #expect(try bureau.replicas[1].record(after) != nil)
    #expect(try bureau.replicas[1].record(before) != nil)
    let mine = try name("mine", on: 1, bureau)
    let report = try bureau.replicas[0].apply(bundleAt: try bundle(from: 1, bureau))
    #expect(report.pending.isEmpty && report.changesVoid == 0)
    #expect(try bureau.replicas[0].record(mine) != nil)
    // A newcomer gets it all, also what bears no signature.
    let laptop = Laptop("N", in: bureau.folder, seed: 77)
    bureau.laptops.append(laptop)
    let invited = try admit(3, of: bureau)
    bureau.replicas.append(
      try Replica.join(
        at: laptop.path, from: try bundle(from: 0, bureau), welcome: invited, label: "N", author: "n",
        environment: laptop.environment
      ).replica)
    for id in [before, after, mine] { #expect(try bureau.replicas[3].record(id) != nil) }
    try bureau.replicas[0].apply(bundleAt: try bundle(from: 3, bureau))
    for index in [1, 3] { try bureau.replicas[index].apply(bundleAt: try bundle(from: 0, bureau)) }
    for scope in try bureau.replicas[0].scopes().map(\.id) {
      let forms = try [0, 1, 3].map { try bureau.replicas[$0].canonicalForm(of: scope) }
      #expect(forms[0] == forms[1] && forms[0] == forms[2])
    }
    for index in [0, 1, 3] { #expect(try bureau.replicas[index].verify() == []) }
  }

  @Test(
    "what a laptop wrote openly without the founder's knowing waits, unsigned, until an admin accepts it; nothing is lost"
  )
  func accepts() throws {
    let bureau = try Bureau(3)
    let late = try name("late", on: 2, bureau)
    let old = try bureau.replicas[2].id
    let welcome = try admit(2, of: bureau)
    // C hears that the workspace is sealed, and enters.
    try bureau.replicas[2].apply(bundleAt: try bundle(from: 0, bureau))
    try bureau.replicas[2].enter(welcomeAt: welcome)
    #expect(try bureau.replicas[2].id != old)
    let report = try bureau.replicas[0].apply(bundleAt: try bundle(from: 2, bureau))
    #expect(report.pending.map(\.reason) == [.unsigned])
    #expect(try bureau.replicas[0].record(late) == nil)
    #expect(throws: StoreError.self) { try bureau.replicas[2].accept(unsignedOf: old) }
    let accepted = try bureau.replicas[0].accept(unsignedOf: old)
    #expect(accepted.pending.isEmpty)
    #expect(try bureau.replicas[0].record(late) != nil)
    try bureau.replicas[2].apply(bundleAt: try bundle(from: 0, bureau))
    #expect(try bureau.replicas[2].record(late) != nil)
    for scope in try bureau.replicas[0].scopes().map(\.id) {
      #expect(
        try bureau.replicas[0].canonicalForm(of: scope) == bureau.replicas[2].canonicalForm(of: scope))
    }
    for index in [0, 2] { #expect(try bureau.replicas[index].verify() == []) }
  }

  @Test("only the laptop that made an open workspace can seal it")
  func onlyTheFounder() throws {
    let bureau = try Bureau(3)
    #expect(throws: StoreError.self) { _ = try admit(2, of: bureau, by: 1) }
    #expect(try bureau.replicas[1].isOpen)
    try bureau.exchange()
    try bureau.expectEqual()
  }
}
