import QuanTesting
import Testing

@Suite("Members agree, whatever order their admissions, revocations and writes arrive in")
struct MemberSimulationTests {
  /// Seeds that once found something: what it was stands beside each.
  static let regressions: [(seed: UInt64, laptops: Int, steps: Int, found: String)] = [
    (2, 5, 80, "a grant stood behind changes that were sealed under the very key that it granted"),
    (3, 6, 100, "a segment was sealed under another key when it was written than when its hash was told"),
    (7, 6, 122, "the same, beside transfers"),
  ]

  @Test("seeds that once found something find nothing", arguments: regressions.indices)
  func regression(index: Int) throws {
    let (seed, laptops, steps, _) = Self.regressions[index]
    var simulation = try MemberSimulation(seed: seed, laptops: laptops)
    try simulation.run(steps: steps)
  }

  @Test("fresh seeds find nothing", arguments: UInt64(20)...23)
  func seeds(seed: UInt64) throws {
    var simulation = try MemberSimulation(seed: seed, laptops: 3 + Int(seed % 4))
    try simulation.run(steps: 80)
  }
}
