import QuanCore
import Testing

@Suite("Membership follows from the statements held")
struct MembershipTests {
  private let founder = ReplicaID(rawValue: 1)
  private let school = ScopeID(Dot(ReplicaID(rawValue: 1), 5))

  private func statement(
    by author: UInt64, _ number: UInt64, about member: UInt64, _ role: Role?, cuts: [(UInt64, UInt64)] = [],
    seen: [UInt64: UInt64] = [:]
  ) -> MemberStatement {
    func stream(_ replica: UInt64) -> StreamID { StreamID(ReplicaID(rawValue: replica), .shared) }
    return MemberStatement(
      record: Dot(ReplicaID(rawValue: author), number), change: ChangeID(stream: stream(author), number: number),
      seen: Dictionary(uniqueKeysWithValues: seen.map { (stream($0.key), $0.value) }),
      member: ReplicaID(rawValue: member), label: "", person: "", signingKey: [], agreementKey: [],
      standing: Standing(role, [school]),
      cuts: Set(cuts.map { Dependency(stream($0.0), Tip(number: $0.1, check: 0)) }))
  }

  private func membership(_ statements: [MemberStatement], raises: [RaisedCut] = []) -> Membership {
    Membership(
      founder: founder, signingKey: [], agreementKey: [], label: "", person: "", statements: statements,
      raises: raises, owner: { $0 }, covers: Self.covers)
  }

  private static func covers(_ change: ChangeID, _ place: Dependency) -> Bool {
    change.stream == place.stream && change.number <= place.tip.number
  }

  private func role(_ membership: Membership, of member: UInt64, at number: UInt64) -> Role? {
    let replica = ReplicaID(rawValue: member)
    return membership.standing(
      of: replica, at: ChangeID(stream: StreamID(replica, .shared), number: number), covers: Self.covers
    ).role
  }

  @Test("only the founder is a member without a word, and nobody admits itself")
  func founderAlone() {
    let membership = membership([statement(by: 2, 1, about: 2, .admin), statement(by: 2, 2, about: 3, .admin)])
    #expect(membership.members.keys.sorted() == [founder])
    #expect(role(membership, of: 1, at: 9) == .admin)
    #expect(membership.introduced.keys.sorted() == [ReplicaID(rawValue: 2), ReplicaID(rawValue: 3)])
    #expect(membership.standing(of: ReplicaID(rawValue: 2)) == .none)
  }

  @Test("a cut divides what stands from what is void, and may be raised")
  func cut() {
    let statements = [
      statement(by: 1, 1, about: 2, .editor), statement(by: 1, 2, about: 2, nil, cuts: [(2, 5)], seen: [:]),
    ]
    let plain = membership(statements)
    #expect(role(plain, of: 2, at: 5) == .editor)
    #expect(role(plain, of: 2, at: 6) == nil)
    let raise = RaisedCut(
      statement: statements[1].record, change: ChangeID(stream: StreamID(founder, .shared), number: 3),
      cuts: [Dependency(StreamID(ReplicaID(rawValue: 2), .shared), Tip(number: 7, check: 0))])
    let raised = membership(statements, raises: [raise])
    #expect(role(raised, of: 2, at: 7) == .editor)
    #expect(role(raised, of: 2, at: 8) == nil)
  }

  @Test("every order of the statements gives one membership")
  func orders() {
    let statements = [
      statement(by: 1, 1, about: 2, .admin), statement(by: 1, 2, about: 3, .admin),
      statement(by: 2, 1, about: 3, nil, cuts: [(3, 1)]), statement(by: 3, 1, about: 4, .editor),
      statement(by: 3, 2, about: 5, .editor), statement(by: 3, 3, about: 2, nil),
    ]
    for seed in 0..<50 as Range<UInt64> {
      var generator = Generator(state: seed)
      let membership = membership(statements.shuffled(using: &generator))
      // 3 was an admin up to its change 1: 4 is admitted, 5 is not, and 2 is senior to 3.
      #expect(membership.standing(of: ReplicaID(rawValue: 2)).role == .admin, "seed \(seed)")
      #expect(membership.standing(of: ReplicaID(rawValue: 3)).role == nil, "seed \(seed)")
      #expect(membership.standing(of: ReplicaID(rawValue: 4)).role == .editor, "seed \(seed)")
      #expect(membership.members[ReplicaID(rawValue: 5)] == nil, "seed \(seed)")
    }
  }

  private struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state
    }
  }

  @Test("of two that did not know of each other the more senior decides; one who knew of the other is the later")
  func concurrent() {
    let admitted = [
      statement(by: 1, 1, about: 2, .admin), statement(by: 1, 2, about: 3, .admin),
      statement(by: 1, 3, about: 4, .editor),
    ]
    let senior = statement(by: 2, 1, about: 4, nil, cuts: [(4, 3)])
    let unaware = statement(by: 3, 1, about: 4, .reader, cuts: [(4, 3)])
    let aware = statement(by: 3, 1, about: 4, .reader, cuts: [(4, 3)], seen: [2: 1])
    #expect(role(membership(admitted + [senior, unaware]), of: 4, at: 4) == nil)
    #expect(role(membership(admitted + [senior, aware]), of: 4, at: 4) == .reader)
    #expect(role(membership(admitted + [senior, aware]), of: 4, at: 3) == .editor)
  }
}
