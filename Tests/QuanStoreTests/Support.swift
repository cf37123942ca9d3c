import Quan
import QuanTesting
import Testing

/// A schema with a field of each sort.
let sampleSchema = SchemaDraft([
  KindDraft(
    "pupil", Labels("学生", "pupil"),
    [
      FieldDraft("name", Labels("姓名", "name")), FieldDraft("phone", Labels("电话", "phone")),
      FieldDraft("note", Labels("备注", "note"), rule: .keepAll), FieldDraft("birth", Labels("出生", "birth"), .date),
      FieldDraft("boards", Labels("住校", "boards"), .triState, rule: .knownBeatsUnknown),
      FieldDraft("risk", Labels("风险", "risk"), .integer, rule: .max),
      FieldDraft("tags", Labels("标签", "tags"), container: .set),
      FieldDraft("visits", Labels("家访数", "visits"), .integer, container: .counter),
      FieldDraft("class", Labels("班级", "class"), rule: .latest(by: "since")),
      FieldDraft("since", Labels("起始日", "since"), .date, rule: .max),
      FieldDraft(
        "state", Labels("状态", "state"), .choice, rule: .ladder(["open", "placed", "closed"]),
        choices: [
          Choice("open", Labels("在办", "open")), Choice("placed", Labels("已安置", "placed")),
          Choice("closed", Labels("已销号", "closed")),
        ]), FieldDraft("weight", Labels("体重", "weight"), .real),
      FieldDraft("aid", Labels("资助", "aid"), .decimal, scale: 2),
    ]),
  KindDraft(
    "visit", Labels("家访", "visit"),
    [
      FieldDraft("pupil", Labels("学生", "pupil"), .reference, target: "pupil"),
      FieldDraft("summary", Labels("纪要", "summary")), FieldDraft("held", Labels("时间", "held"), .instant),
    ]),
])

/// Several laptops of one workspace, and a stick.
final class Bureau {
  let folder = TemporaryFolder()
  let stick: String
  var laptops: [Laptop] = []
  var replicas: [Replica] = []
  var bundleCount = 0

  init(_ count: Int = 2, seed: UInt64 = 1, schema: SchemaDraft = sampleSchema) throws {
    stick = folder.folder("stick")
    for index in 0..<count {
      laptops.append(Laptop(["A", "B", "C", "D", "E", "F", "G", "H"][index], in: folder, seed: seed))
    }
    replicas.append(try laptops[0].create(schema: schema))
    try replicas[0].sync(folder: stick)
    for laptop in laptops.dropFirst() { replicas.append(try laptop.join(from: stick)) }
    try exchange()
  }

  /// Each laptop syncs with the stick until nothing moves.
  func exchange() throws {
    for _ in 0..<2 { for replica in replicas { try replica.sync(folder: stick) } }
  }

  func field(_ name: String, of kind: String = "pupil") throws -> FieldID {
    let definition = try replicas[0].schema().kind(named: kind)?.field(named: name)
    return try #require(definition).id
  }

  func kind(_ name: String = "pupil") throws -> KindID { try #require(try replicas[0].schema().kind(named: name)).id }

  /// A new pupil with a name, known to all.
  func pupil(_ name: String = "泉泉", on index: Int = 0) throws -> RecordID {
    let id = try replicas[index].write { try $0.create(try kind(), [try field("name"): [.text(name)]]) }
    try exchange()
    return id
  }

  /// What a field shows on a laptop.
  func shown(_ id: RecordID, _ name: String, on index: Int) throws -> [Value] {
    try replicas[index].record(id)?[name]?.shown ?? []
  }

  /// Expects that all replicas are equal, byte for byte in canonical form, and sound.
  func expectEqual(_ location: SourceLocation = #_sourceLocation) throws {
    let scopes = try replicas[0].scopes().map(\.id)
    for scope in scopes {
      let first = try replicas[0].canonicalForm(of: scope)
      for replica in replicas.dropFirst() {
        let other = try replica.canonicalForm(of: scope)
        #expect(first == other, sourceLocation: location)
      }
    }
    for replica in replicas { #expect(try replica.verify() == [], sourceLocation: location) }
  }
}

extension Bureau {
  /// Writes a bundle on one laptop: of all it holds, or of what a vector lacks.
  func bundle(from index: Int, lackedBy vector: VersionVector = VersionVector()) throws -> String {
    bundleCount += 1
    let path = folder.path + "/bundle-\(bundleCount)"
    let summary = try replicas[index].writeBundle(to: path, lackedBy: vector)
    #expect(summary != nil)
    return path
  }

  /// Another laptop takes in everything that one holds.
  @discardableResult
  func give(_ source: Int, to target: Int) throws -> MergeReport {
    try replicas[target].apply(bundleAt: try bundle(from: source))
  }

  /// Sets a field on a laptop.
  func set(_ id: RecordID, _ name: String, _ value: Value?, on index: Int) throws {
    try replicas[index].write { try $0.set(id, try self.field(name), to: value) }
  }

  /// The one conflict that a laptop lists.
  func onlyConflict(on index: Int, _ location: SourceLocation = #_sourceLocation) throws -> Conflict {
    let conflicts = try replicas[index].conflicts()
    #expect(conflicts.count == 1, sourceLocation: location)
    return try #require(conflicts.first, sourceLocation: location)
  }

  /// The canonical forms of all scopes of a laptop.
  func canonical(_ index: Int) throws -> [CanonicalScope] { try canonical(replicas[index]) }

  func canonical(_ replica: Replica) throws -> [CanonicalScope] {
    try replica.scopes().map { try replica.canonicalForm(of: $0.id) }
  }

  /// Closes a laptop's replica and opens it again.
  func reopen(_ index: Int) throws {
    try replicas[index].close()
    replicas[index] = try laptops[index].open()
  }

  /// A laptop that joins now, with everything that another holds.
  func newcomer(_ name: String, from index: Int) throws -> Replica {
    try Laptop(name, in: folder, seed: 99).join(from: try bundle(from: index))
  }
}
