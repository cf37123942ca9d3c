import Quan
import QuanTesting
import Testing

/// Two laptops that write one record in turns make many small segments, each of which builds on the other's last.
@Suite("Small segments of a stream that follow one another become one")
struct CoalescingTests {
  /// A and B write a pupil in turns, each with what the other wrote last.
  private func turns(_ bureau: Bureau, _ pupil: RecordID, _ count: Int) throws {
    for turn in 0..<count {
      for (writer, reader) in [(0, 1), (1, 0)] {
        try bureau.set(pupil, "name", .text("\(writer) in turn \(turn)"), on: writer)
        let known = try bureau.replicas[reader].vector()
        try bureau.replicas[reader].apply(bundleAt: try bureau.bundle(from: writer, lackedBy: known))
      }
    }
  }

  /// Expects that all are equal when they also know that the newcomer has joined.
  private func expectEqual(
    _ bureau: Bureau, _ newcomer: Replica, _ location: SourceLocation = #_sourceLocation
  ) throws {
    bureau.replicas.append(newcomer)
    try bureau.exchange()
    try bureau.expectEqual(location)
  }

  private func segments(_ path: String) throws -> [BundleSummary.Segment] {
    try Replica.inspect(bundleAt: path).segments
  }

  @Test("a newcomer gets few of them, and holds the same as everybody")
  func newcomer() throws {
    let bureau = try Bureau()
    let pupil = try bureau.pupil()
    try turns(bureau, pupil, 40)
    let fileOfA = try SQLFile(bureau.laptops[0].path)
    let before = try #require(Int(try fileOfA.run("SELECT count(*) FROM quan_segment")[0]))
    #expect(before >= 80)
    let newcomer = try bureau.newcomer("C", from: 0)
    let after = try #require(Int(try fileOfA.run("SELECT count(*) FROM quan_segment")[0]))
    #expect(after < 16)
    #expect(Set(try newcomer.vector().places).isSuperset(of: try bureau.replicas[0].vector().places))
    #expect(try newcomer.status().pending.isEmpty)
    try expectEqual(bureau, newcomer)
    // What was drawn together is not drawn together again.
    let (first, second) = (try bureau.bundle(from: 0), try bureau.bundle(from: 0))
    #expect(try segments(first) == segments(second))
  }

  @Test("every change keeps its author, time and message")
  func history() throws {
    let bureau = try Bureau()
    let pupil = try bureau.pupil()
    try turns(bureau, pupil, 20)
    let told = try bureau.replicas[0].history(of: pupil)
    let newcomer = try bureau.newcomer("C", from: 0)
    #expect(told.count > 40)
    #expect(try newcomer.history(of: pupil) == told)
    #expect(try bureau.replicas[0].history(of: pupil) == told)
  }

  @Test("none reaches over a large segment, so that few have to be unpacked together")
  func large() throws {
    let bureau = try Bureau()
    let pupil = try bureau.pupil()
    try turns(bureau, pupil, 20)
    var random = SeededGenerator(seed: 3)
    let noise = String((0..<12_000).map { _ in Character(UnicodeScalar(UInt8.random(in: 33...126, using: &random))) })
    try bureau.set(pupil, "note", .text(noise), on: 0)
    try bureau.give(0, to: 1)
    try turns(bureau, pupil, 20)
    let drawn = try segments(try bureau.bundle(from: 0))
    let large = try #require(drawn.firstIndex { $0.size > 8000 })
    // What comes before it in the log ends before it, in the order in which it has been written.
    #expect(drawn.count < 24)
    for segment in drawn[..<large] {
      let later = drawn[large...].filter { $0.stream == segment.stream }
      #expect(later.allSatisfy { $0.range.lowerBound > segment.range.upperBound })
    }
    #expect(Set(drawn[..<large].map(\.stream)).intersection(drawn[(large + 1)...].map(\.stream)).count >= 2)
    try expectEqual(bureau, try bureau.newcomer("C", from: 0))
  }

  @Test("whoever is known to stand in between gets what it lacks and no more")
  func known() throws {
    let bureau = try Bureau(3)
    let pupil = try bureau.pupil()
    try turns(bureau, pupil, 20)
    // C catches up, and says so.
    try bureau.give(0, to: 2)
    try bureau.replicas[0].apply(bundleAt: try bureau.bundle(from: 2))
    let place = try bureau.replicas[2].vector()
    try turns(bureau, pupil, 20)
    _ = try bureau.bundle(from: 0)
    for segment in try segments(try bureau.bundle(from: 0, lackedBy: place)) {
      let held = place.tips[segment.stream]?.first?.number ?? 0
      #expect(segment.range.lowerBound == held + 1)
    }
    try bureau.give(0, to: 2)
    try bureau.expectEqual()
  }

  @Test("they are known to who holds the small ones, and the other way round")
  func repacked() throws {
    let bureau = try Bureau()
    let pupil = try bureau.pupil()
    try turns(bureau, pupil, 1)
    let early = try bureau.replicas[0].vector()
    try turns(bureau, pupil, 20)
    let small = try bureau.bundle(from: 0, lackedBy: early)
    #expect(try segments(small).count >= 40)
    let newcomer = try bureau.newcomer("C", from: 0)
    let late = try newcomer.apply(bundleAt: small)
    #expect(late.changesApplied == 0)
    #expect(late.changesPending == 0)
    #expect(late.changesKnown == late.received)
    let early2 = try bureau.give(0, to: 1)
    #expect(early2.changesApplied == 0)
    #expect(early2.changesPending == 0)
    try expectEqual(bureau, newcomer)
  }

  @Test("without what they build on they wait, and are taken in when it comes")
  func waiting() throws {
    let bureau = try Bureau()
    let pupil = try bureau.pupil()
    let newcomer = try bureau.newcomer("C", from: 0)
    try turns(bureau, pupil, 20)
    // A laptop with an empty vector makes A draw them together; C gets those of A's own stream alone.
    _ = try bureau.bundle(from: 0)
    let own = try bureau.replicas[0].id
    let others = VersionVector(try bureau.replicas[0].vector().places.filter { $0.stream.replica != own })
    let half = try newcomer.apply(bundleAt: try bureau.bundle(from: 0, lackedBy: others))
    #expect(half.changesPending > 0)
    let rest = try newcomer.apply(bundleAt: try bureau.bundle(from: 0))
    #expect(rest.changesPending == 0)
    #expect(try newcomer.status().pending.isEmpty)
    try expectEqual(bureau, newcomer)
  }

  @Test("who lacks one change that the last of them build on takes in all but these")
  func lacking() throws {
    let bureau = try Bureau(3)
    let pupil = try bureau.pupil()
    let newcomer = try bureau.newcomer("D", from: 0)
    let known = try newcomer.vector()
    try turns(bureau, pupil, 20)
    // C learns of it and adds something, which only the very last turns build on.
    try bureau.give(0, to: 2)
    try bureau.set(pupil, "phone", .text("unknown to D"), on: 2)
    try bureau.give(2, to: 0)
    try turns(bureau, pupil, 1)
    let thirdParty = try bureau.replicas[2].id
    let lacked = VersionVector(
      known.places + (try bureau.replicas[0].vector().places.filter { $0.stream.replica == thirdParty }))
    // Drawn together for a laptop that has nothing; D gets it, without what C wrote.
    _ = try bureau.bundle(from: 0)
    let half = try newcomer.apply(bundleAt: try bureau.bundle(from: 0, lackedBy: lacked))
    #expect(half.changesApplied >= 40)
    #expect(half.changesPending == 2)
    #expect(half.received == half.changesApplied + half.changesKnown + half.changesPending)
    #expect(try newcomer.verify().isEmpty)
    // The same again: nothing more can be taken in, and no more waits.
    let again = try newcomer.apply(bundleAt: try bureau.bundle(from: 0, lackedBy: lacked))
    #expect(again.changesApplied == 0)
    #expect(again.changesPending == 2)
    let rest = try newcomer.apply(bundleAt: try bureau.bundle(from: 2, lackedBy: known))
    #expect(rest.changesPending == 0)
    try expectEqual(bureau, newcomer)
  }

  @Test("in a sealed workspace none are, as a signature vouches for a segment by its end")
  func sealed() throws {
    let guild = try Guild()
    try guild.admit("B")
    let pupil = try guild.pupil("泉泉", on: 0)
    try guild.give(0, to: 1)
    let name = try #require(try guild.replicas[0].schema().kind(named: "pupil")?.field(named: "name")).id
    for turn in 0..<20 {
      for (writer, reader) in [(0, 1), (1, 0)] {
        try guild.replicas[writer].write { try $0.set(pupil, name, to: .text("\(writer) in turn \(turn)")) }
        let path = guild.path("turn")
        let known = try guild.replicas[reader].vector()
        _ = try guild.replicas[writer].writeBundle(to: path, lackedBy: known)
        try guild.replicas[reader].apply(bundleAt: path)
      }
    }
    let before = try #require(Int(try SQLFile(guild.laptops[0].path).run("SELECT count(*) FROM quan_segment")[0]))
    try guild.admit("C")
    let report = try guild.give(0, to: 2)
    #expect(report.changesPending == 0)
    #expect(report.refused == 0)
    let after = try #require(Int(try SQLFile(guild.laptops[0].path).run("SELECT count(*) FROM quan_segment")[0]))
    #expect(after >= before)
    try guild.give(2, to: 1)
    try guild.give(1, to: 0)
    try guild.expectEqual([0, 1, 2])
  }
}
