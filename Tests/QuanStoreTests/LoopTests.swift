import Quan
import QuanTesting
import Testing

@Suite("The loop: two laptops, a stick, a merge")
struct LoopTests {
  @Test("R-1 both values of a concurrently written field stand on both laptops, with their people and the base")
  func concurrentWritesOfOneField() throws {
    let bureau = try Bureau()
    let phone = try bureau.field("phone")
    let pupil = try bureau.pupil()
    try bureau.replicas[0].write { try $0.set(pupil, phone, to: .text("zero")) }
    try bureau.exchange()
    try bureau.replicas[0].write { try $0.set(pupil, phone, to: .text("one")) }
    try bureau.replicas[1].write { try $0.set(pupil, phone, to: .text("two")) }
    try bureau.exchange()
    for replica in bureau.replicas {
      let conflicts = try replica.conflicts()
      #expect(conflicts.count == 1)
      let conflict = try #require(conflicts.first)
      #expect(conflict.class == .value)
      #expect(conflict.base == [.text("zero")])
      #expect(Set(conflict.sides.map(\.value)) == [.text("one"), .text("two")])
      #expect(Set(conflict.sides.map(\.stamp.author)) == ["author A", "author B"])
    }
    #expect(try bureau.shown(pupil, "phone", on: 0) == bureau.shown(pupil, "phone", on: 1))
    try bureau.expectEqual()

    try bureau.replicas[1].write { try $0.resolve(pupil, phone, takingSide: 1) }
    try bureau.exchange()
    for replica in bureau.replicas { #expect(try replica.conflictCount() == 0) }
    try bureau.expectEqual()
  }
}
