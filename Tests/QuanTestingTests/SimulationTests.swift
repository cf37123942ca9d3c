import QuanTesting
import Testing

@Suite("Replicas equal the reference model after every simulated step")
struct SimulationTests {
  /// Seeds that once found something: what it was stands beside each.
  static let regressions: [(seed: UInt64, laptops: Int, steps: Int, found: String)] = [
    (2, 3, 100, "a delete and an edit in dispute had a nameless side while the edit was still being taken in"),
    (2, 4, 200, "a merge that failed half-way ended the process; columns of one name could not be renamed"),
    (4, 4, 200, "undoing the definition of a field lost what others had written in it"),
    (19, 6, 300, "a segment's header named one branch of a forked stream only"),
    (119, 6, 300, "verification mixed up records of two scopes"),
    (230, 6, 300, "a dot of a forked stream was resolved along a branch that its author had not seen"),
  ]

  @Test("seeds that once found something find nothing", arguments: regressions.indices)
  func regression(index: Int) throws {
    let (seed, laptops, steps, _) = Self.regressions[index]
    var simulation = try Simulation(seed: seed, laptops: laptops)
    try simulation.run(steps: steps)
  }

  @Test("fresh seeds find nothing", arguments: UInt64(1)...8)
  func seeds(seed: UInt64) throws {
    var simulation = try Simulation(seed: seed, laptops: 3 + Int(seed % 6))
    try simulation.run(steps: 200)
  }

  @Test("folders that come late, in parts and under other names lead to the same", arguments: UInt64(1)...8)
  func carried(seed: UInt64) throws {
    var simulation = try Simulation(seed: seed, laptops: 3 + Int(seed % 4), isCarried: true)
    try simulation.run(steps: 200)
  }
}
