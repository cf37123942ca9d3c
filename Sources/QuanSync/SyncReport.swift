/// What an exchange with a folder did, beside what merging did.
public struct SyncReport: Hashable, Sendable {
  /// The bundles that were taken in.
  public var bundlesApplied: [String] = []
  /// The bundles that were written.
  public var bundlesWritten: [String] = []
  /// How many bytes were written.
  public var bytesWritten: UInt64 = 0
  /// How many files that all had were removed.
  public var bundlesRemoved = 0
  /// Files that could not be used, and why.
  public var skipped: [SkippedFile] = []

  /// What became of attachments.
  public var attachments = AttachmentReport()

  /// A report of nothing.
  public init() {}
}

/// What an exchange did with attachments.
public struct AttachmentReport: Hashable, Sendable {
  /// How many contents were taken in.
  public var taken = 0
  /// How many contents were written for others.
  public var written = 0
  /// How many bytes were written for others.
  public var bytesWritten: UInt64 = 0
  /// How many contents that records refer to are still not here.
  public var waiting = 0
  /// How many contents stayed where they are because they are over the limit of their scope, or over the one given.
  public var overLimit = 0
  /// How many contents were left out because the receiver had heard of them before.
  public var heard = 0
  /// Files of attachments that could not be used, and why.
  public var skipped: [SkippedFile] = []

  /// A report of nothing.
  public init() {}
}
