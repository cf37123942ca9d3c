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

  /// A report of nothing.
  public init() {}
}
