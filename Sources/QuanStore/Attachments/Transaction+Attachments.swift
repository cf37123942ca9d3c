public import QuanCore
import QuanFormat

extension Transaction {
  /// Keeps the content of a file, once, and says its name and size in a record of `BuiltIn.fileKind`.
  ///
  /// The same write is to give the hash to a field: what nothing refers to does not travel.
  /// - Parameters:
  ///   - scope: The scope of the record that is to refer to it; by default that of the write so far, else the home scope.
  ///   - progress: Is told how far the work has got; what it throws ends the write.
  /// - Returns: The SHA-256 of the content, for a field of type attachment.
  /// - Throws: ``StoreError`` with code `notFound` when there is no such file, `invalid` when it is empty,
  ///   `inputOutput`, `outOfSpace`; `refused` when the write has acted in another scope.
  /// - Complexity: O(*n*) in the size of the file, in constant memory.
  public mutating func attach(
    fileAt path: String, in scope: ScopeID? = nil, progress: @escaping (WorkProgress) throws -> Void = { _ in }
  ) throws -> Digest {
    let source = try FileReader(path)
    guard source.count > 0 else { throw StoreError(.invalid, "the file is empty", subject: path) }
    let meter = ByteMeter(.attaching, of: source.count, passes: 2, progress)
    var hasher = DigestHasher()
    var offset: UInt64 = 0
    while offset < source.count {
      let bytes = try source.read(at: offset, count: ReplicaFile.chunkSize)
      guard !bytes.isEmpty else { throw StoreError(.inputOutput, "the file became shorter meanwhile", subject: path) }
      hasher.update(bytes)
      try meter.add(bytes.count)
      offset += UInt64(bytes.count)
    }
    let hash = hasher.finish()
    try file.store(hash, size: source.count) { offset, count in
      try meter.add(count)
      return try source.read(at: offset, count: count)
    }
    let scope = scope ?? self.scope ?? file.meta.homeScope
    guard try !file.isDescribed(hash, in: scope) else { return hash }
    try create(
      BuiltIn.fileKind, in: scope,
      [
        BuiltIn.fileContent: [.attachment(hash)],
        BuiltIn.fileName: [.text(String(path.split(separator: "/").last ?? ""))],
        BuiltIn.fileSize: [.integer(Int64(source.count))],
      ])
    return hash
  }
}
