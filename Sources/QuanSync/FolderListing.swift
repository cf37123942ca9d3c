public import QuanCore
package import QuanFormat

/// A run of changes of one stream that a bundle file carries.
public struct CarriedRange: Hashable, Sendable {
  /// The stream.
  public let stream: StreamID
  /// The first change.
  public let first: UInt64
  /// The place of the last change.
  public let last: Tip

  /// A run of changes.
  public init(stream: StreamID, first: UInt64, last: Tip) {
    self.stream = stream
    self.first = first
    self.last = last
  }

  /// The place that the run ends at.
  public var end: Dependency { Dependency(stream, last) }
}

/// A bundle file in an exchange folder, as its header tells.
public struct FolderBundle: Hashable, Sendable {
  /// The file's name.
  public let name: String
  /// Its size in bytes.
  public let size: UInt64
  /// What it carries.
  public let ranges: [CarriedRange]

  /// A bundle file.
  public init(name: String, size: UInt64, ranges: [CarriedRange]) {
    self.name = name
    self.size = size
    self.ranges = ranges
  }
}

/// A vector file in an exchange folder: what a replica durably holds.
public struct FolderVector: Hashable, Sendable {
  /// The file's name.
  public let name: String
  /// The replica that speaks.
  public let replica: ReplicaID
  /// What it holds, packed.
  package let packed: PackedVector

  /// A vector file.
  public init(name: String, replica: ReplicaID, vector: VersionVector) {
    self.init(name: name, replica: replica, packed: PackedVector(vector))
  }

  /// A vector file that has not been unpacked.
  package init(name: String, replica: ReplicaID, packed: PackedVector) {
    self.name = name
    self.replica = replica
    self.packed = packed
  }

  /// What it holds; nothing when the file is damaged behind a right hash.
  ///
  /// - Complexity: O(*n*) in the number of places.
  public var vector: VersionVector { VersionVector(packed.places ?? []) }
}

/// A file that is there but cannot be used.
public struct SkippedFile: Hashable, Sendable {
  /// The file's name.
  public let name: String
  /// Why, in English.
  public let reason: String

  /// A file that cannot be used.
  public init(name: String, reason: String) {
    self.name = name
    self.reason = reason
  }
}

/// What an exchange folder holds, as far as it can be read.
public struct FolderListing: Hashable, Sendable {
  /// The bundles that can be read.
  public var bundles: [FolderBundle]
  /// The vectors that can be read.
  public var vectors: [FolderVector]
  /// Files that bear one of our endings but cannot be used: half copied, damaged, of another workspace, newer.
  public var skipped: [SkippedFile]

  /// A listing of given files.
  public init(bundles: [FolderBundle] = [], vectors: [FolderVector] = [], skipped: [SkippedFile] = []) {
    self.bundles = bundles
    self.vectors = vectors
    self.skipped = skipped
  }

  /// What a replica that took in every bundle from the start would hold: for each stream the tips of the runs that
  /// follow each other from change 1 without a gap.
  ///
  /// - Complexity: O(*n*²) in the number of runs of a stream.
  public var coverage: VersionVector {
    var vector = VersionVector()
    for (stream, ranges) in Dictionary(grouping: bundles.flatMap(\.ranges), by: \.stream) {
      var reached: Set<Tip> = []
      var hasGrown = true
      while hasGrown {
        hasGrown = false
        for range in ranges where !reached.contains(range.last) {
          let attaches =
            range.first == 1 || reached.contains { $0.number >= range.first - 1 && $0.number < range.last.number }
          if attaches {
            reached.insert(range.last)
            hasGrown = true
          }
        }
      }
      vector.set(Array(reached), for: stream)
    }
    return vector
  }
}
