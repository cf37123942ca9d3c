import Quan
import QuanTesting
import Testing

/// Settling never ping-pongs: what several people settle comes to rest, and nobody meets a conflict that nobody made.
@Suite("Settling by several laptops")
struct SettlingTests {
  /// How a laptop settles.
  private enum Choice: CaseIterable { case first, last, agreed, own, leave }

  @Test(
    "five laptops settle the same hundred conflicts at random, alike and differently, and agree: what is left is only what two settled differently",
    arguments: [UInt64(1), 2])
  func noPingPong(seed: UInt64) throws {
    let bureau = try Bureau(5, seed: seed)
    var random = SeededGenerator(seed: seed)
    let phone = try bureau.field("phone")
    let kind = try bureau.kind()
    let name = try bureau.field("name")
    let pupils = try bureau.replicas[0].batch { batch in
      try (0..<100).map { number in
        try batch.write { try $0.create(kind, [name: [.text("p\(number)")], phone: [.text("base")]]) }
      }
    }
    try bureau.exchange()
    for laptop in 0..<5 {
      try bureau.replicas[laptop].batch { batch in
        for pupil in pupils { try batch.write { try $0.set(pupil, phone, to: .text("from \(laptop)")) } }
      }
    }
    try bureau.exchange()
    for replica in bureau.replicas { #expect(try replica.conflictCount() == 100) }

    // Each settles in an order of its own, and takes in now and then what another has.
    var settled: [RecordID: Set<Value>] = [:]
    var work = (0..<5).flatMap { laptop in pupils.map { (laptop: laptop, pupil: $0) } }
    work.shuffle(using: &random)
    for (laptop, pupil) in work {
      if Int.random(in: 0..<20, using: &random) == 0 {
        let other = Int.random(in: 0..<5, using: &random)
        if other != laptop { try bureau.replicas[laptop].sync(with: bureau.replicas[other]) }
      }
      guard let conflict = try bureau.replicas[laptop].conflicts(of: pupil).first else { continue }
      let value: Value? =
        switch Choice.allCases.randomElement(using: &random) ?? .leave {
        case .first: conflict.sides.first?.value
        case .last: conflict.sides.last?.value
        case .agreed: .text("agreed")
        case .own: .text("own \(laptop)")
        case .leave: nil
        }
      guard let value else { continue }
      settled[pupil, default: []].insert(value)
      try bureau.replicas[laptop].write { try $0.resolve(pupil, phone, to: value) }
    }
    try bureau.exchange()
    try bureau.expectEqual()
    for conflict in try bureau.replicas[0].conflicts() {
      let values = settled[conflict.record] ?? []
      #expect(conflict.sides.count > 1)
      if values.isEmpty {
        // Nobody had settled it: it is the one that was there.
        #expect(conflict.sides.count == 5)
      } else {
        #expect(conflict.sides.allSatisfy { $0.value.map { values.contains($0) } ?? false }, "seed \(seed)")
      }
    }

    // All settle the rest by one rule, at the same time, without having met: it is settled, and stays so.
    for replica in bureau.replicas {
      for conflict in try replica.conflicts() {
        try replica.write { try $0.resolve(conflict.record, phone, takingSide: 1) }
      }
    }
    try bureau.exchange()
    for replica in bureau.replicas { #expect(try replica.conflictCount() == 0) }
    let vector = try bureau.replicas[0].vector()
    try bureau.exchange()
    #expect(try bureau.replicas[0].vector() == vector)
    try bureau.expectEqual()
  }
}
