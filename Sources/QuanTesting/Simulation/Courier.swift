/// Carries an exchange folder between laptops as Syncthing, rclone or a network share do: each laptop sees a folder of its own,
/// into which files come late and in no order.
///
/// There are no locks, and listings are partial: what has not come yet is not there. A file may be there in part, under its own
/// name, cut short or with holes where the rest is still to come; it may come under another name first, or stay under both, where a
/// rename is a copy; an older version of a vector may come back; and what was removed may come back as well.
struct Courier {
  /// The folder of each laptop.
  private(set) var folders: [String] = []
  /// What has been set aside by name: an older version that may come back.
  private var old: [(name: String, bytes: [UInt8])] = []
  private var copies = 0

  /// Gives a laptop its folder, which is empty at first.
  mutating func add(_ folder: String) { folders.append(folder) }

  /// Does one thing; says what.
  mutating func move(_ random: inout SeededGenerator) -> String {
    guard let source = folders.randomElement(using: &random), let target = folders.randomElement(using: &random) else {
      return "nothing"
    }
    let names = TemporaryFolder.names(in: source)
    guard source != target, let name = names.randomElement(using: &random) else { return "nothing" }
    let bytes = TemporaryFolder.read(source + "/" + name)
    let path = target + "/" + name
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<55:
      keep(path, name)
      TemporaryFolder.write(bytes, to: path)
      return "brings \(name)"
    case 55..<65:
      guard Self.isCarried(name) else { return "nothing" }
      keep(path, name)
      TemporaryFolder.write(Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random))), to: path)
      return "brings a part of \(name)"
    case 65..<75:
      guard Self.isCarried(name), !bytes.isEmpty else { return "nothing" }
      var hollow = bytes
      for place in Int.random(in: bytes.indices, using: &random)..<bytes.count { hollow[place] = 0 }
      keep(path, name)
      TemporaryFolder.write(hollow, to: path)
      return "brings \(name) with a hole"
    case 75..<85:
      guard Self.isCarried(name), let dot = name.lastIndex(of: ".") else { return "nothing" }
      copies += 1
      TemporaryFolder.write(bytes, to: "\(target)/\(name[..<dot]).copy-\(copies)\(name[dot...])")
      return "brings \(name) under another name"
    case 85..<92:
      guard let back = old.randomElement(using: &random) else { return "nothing" }
      TemporaryFolder.write(back.bytes, to: target + "/" + back.name)
      return "brings an older \(back.name) back"
    default:
      keep(path, name)
      TemporaryFolder.remove(path)
      return "takes \(name) away"
    }
  }

  private static func isCarried(_ name: String) -> Bool {
    name.hasSuffix(".quanbundle") || name.hasSuffix(".quanvector")
  }

  private mutating func keep(_ path: String, _ name: String) {
    let bytes = TemporaryFolder.read(path)
    guard Self.isCarried(name), !bytes.isEmpty else { return }
    old.append((name, bytes))
    if old.count > 40 { old.removeFirst() }
  }

  /// Comes to an end: everything that is whole anywhere is everywhere.
  ///
  /// - Parameter isWhole: Whether bytes are a file as somebody wrote it.
  func finish(_ isWhole: ([UInt8]) -> Bool) {
    var latest: [String: [UInt8]] = [:]
    for folder in folders {
      for name in TemporaryFolder.names(in: folder) where Self.isCarried(name) {
        let bytes = TemporaryFolder.read(folder + "/" + name)
        if isWhole(bytes) { latest[name] = bytes }
      }
    }
    for folder in folders { for (name, bytes) in latest { TemporaryFolder.write(bytes, to: folder + "/" + name) } }
  }
}
