import Foundation
package import QuanCore
import QuanFormat

/// A keystroke history of real people, as the public collections of editing traces give them.
package struct Trace {
  /// One transaction: positions count Unicode scalars of the text as its parents left it.
  package struct Step {
    /// The transactions it continues, by place; empty for the beginning.
    package var parents: [Int]
    /// Who typed.
    package var agent: Int
    /// Place, number of scalars deleted there, text inserted there.
    package var patches: [(position: Int, deleted: Int, inserted: String)]
  }

  /// The text at the beginning.
  package let start: String
  /// The text at the end.
  package let end: String
  /// The transactions.
  package let steps: [Step]

  /// Reads a trace; `nil` when the file is not there or is none.
  package init?(at path: String) {
    guard let object = Self.object(path) as? [String: Any], let list = object["txns"] as? [[String: Any]] else {
      return nil
    }
    start = object["startContent"] as? String ?? ""
    end = object["endContent"] as? String ?? ""
    steps = list.enumerated().map { place, item in
      Step(
        parents: item["parents"] as? [Int] ?? (place == 0 ? [] : [place - 1]), agent: item["agent"] as? Int ?? 0,
        patches: Self.patches(item["patches"]))
    }
  }

  /// The content of a gzipped JSON file.
  package static func object(_ path: String) -> Any? {
    guard let packed = FileManager.default.contents(atPath: path), packed.count > 18 else { return nil }
    let bytes = [UInt8](packed)
    var start = 10
    if bytes[3] & 8 != 0 { start = (bytes[start...].firstIndex(of: 0) ?? start) + 1 }
    let size = bytes[(bytes.count - 4)...].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard let plain = try? Deflate.inflate(bytes, start..<bytes.count - 8, size: size) else { return nil }
    return try? JSONSerialization.jsonObject(with: Data(plain))
  }

  /// Patches of a transaction.
  package static func patches(_ list: Any?) -> [(position: Int, deleted: Int, inserted: String)] {
    (list as? [[Any]] ?? []).compactMap { patch in
      guard patch.count == 3, let position = patch[0] as? Int, let deleted = patch[1] as? Int,
        let inserted = patch[2] as? String
      else { return nil }
      return (position, deleted, inserted)
    }
  }

  /// The patches of some steps as one edit.
  package static func edit(of steps: some Sequence<Step>) -> TextEdit {
    var runs = TextRuns()
    for step in steps {
      for patch in step.patches {
        if patch.deleted > 0 { runs.delete(patch.deleted, at: patch.position) }
        if !patch.inserted.isEmpty { runs.insert(patch.inserted, at: patch.position) }
      }
    }
    return TextEdit(parents: [], runs: runs.runs, utf8: runs.utf8)
  }

  /// The steps in spells: a spell is what one person typed before anybody else's typing came in or was branched off.
  package var spells: [(parents: [Int], agent: Int, steps: Range<Int>)] {
    var children = [Int](repeating: 0, count: steps.count)
    for step in steps { for parent in step.parents { children[parent] += 1 } }
    var spells: [(parents: [Int], agent: Int, steps: Range<Int>)] = []
    var spellOf: [Int] = []
    for (place, step) in steps.enumerated() {
      if step.parents == [place - 1], children[place - 1] == 1, let last = spells.last, last.agent == step.agent {
        spells[spells.count - 1].steps = last.steps.lowerBound..<place + 1
      } else {
        spells.append((step.parents.map { spellOf[$0] }, step.agent, place..<place + 1))
      }
      spellOf.append(spells.count - 1)
    }
    return spells
  }
}
