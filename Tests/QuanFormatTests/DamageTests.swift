import QuanCore
import QuanFormat
import QuanTesting
import Testing

@Suite("A damaged bundle is refused, whatever the damage")
struct DamageTests {
  /// Bundles with operations of every sort: registers, sets, lists and maps; and texts.
  private static let goldens = ["golden.quanbundle", "texts.quanbundle"]

  @Test("every truncation of a golden bundle is refused as cut or damaged", arguments: goldens)
  func truncations(name: String) throws {
    let whole = try golden(name)
    for length in whole.indices {
      do {
        _ = try readWhole(Array(whole[..<length]))
        Issue.record("a bundle cut to \(length) bytes was read")
      } catch let error as BundleError {
        switch error {
        case .tooShort, .damaged: break
        default: Issue.record("a bundle cut to \(length) bytes: \(error)")
        }
      }
    }
  }

  @Test("every change of one byte of a golden bundle is refused with an error of its own", arguments: goldens, 0..<4)
  func byteChanges(name: String, part: Int) throws {
    let whole = try golden(name)
    for place in whole.indices where place % 4 == part {
      for value in UInt8.min...UInt8.max where value != whole[place] {
        var bytes = whole
        bytes[place] = value
        do {
          _ = try readWhole(bytes)
          Issue.record("byte \(place) set to \(value) was read")
        } catch is BundleError {
        }
      }
    }
  }

  @Test("bytes behind the end are refused")
  func trailingBytes() throws {
    let whole = try golden("golden.quanbundle")
    #expect(throws: BundleError.damaged(part: "end")) { try readWhole(whole + [0]) }
  }

  @Test("L-4 damage behind right hashes is found by the digests inside", arguments: goldens, 0..<6)
  func innerDamage(name: String, seed: UInt64) throws {
    let whole = try golden(name)
    let original = try readWhole(whole)
    let reader = try BundleReader(Bytes(bytes: whole))
    let segments = try reader.header.segments.indices.map { try reader.segment($0) }
    var random = SeededGenerator(seed: seed)
    var refused = 0
    for _ in 0..<400 {
      let index = Int.random(in: segments.indices, using: &random)
      let (header, start) = try Segment.header(of: segments[index])
      var body = try Deflate.inflate(segments[index], start..<segments[index].count, size: header.inflatedSize)
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        body[Int.random(in: body.indices, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
      }
      var changed = segments
      changed[index] = Array(segments[index][..<start]) + Deflate.deflate(body, .fast)
      do {
        // What can be read all the same must say the same: another packing of the same changes.
        #expect(try readWhole(try bundle(changed, like: reader.header)) == original, "\(name), seed \(seed)")
      } catch {
        refused += 1
      }
    }
    #expect(refused > 300)
  }

  @Test("random bytes behind the magic are refused", arguments: 0..<4)
  func noise(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<2000 {
      let count = Int.random(in: 0..<300, using: &random)
      let bytes = BundleHeader.magic + (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
      #expect(throws: BundleError.self) { try readWhole(bytes) }
      #expect(throws: BundleError.self) { try VectorFile(Array("QUANVECT".utf8) + bytes) }
    }
  }
}
