/// How far long work has got.
public struct WorkProgress: Hashable, Sendable {
  /// What is being done.
  public enum Stage: String, Hashable, Sendable, CaseIterable {
    /// Bundles are read and checked; counted in bundles.
    case reading
    /// Changes are taken in; counted in changes.
    case merging
    /// Segments are packed small for others; counted in segments.
    case packing
    /// A bundle is written; counted in segments.
    case writing
    /// The log is followed; counted in changes.
    case checking
    /// Rows are made anew and compared; counted in changes.
    case folding
    /// Rows are looked through; counted in rows.
    case searching
    /// The file is copied; counted in pages.
    case copying
    /// An app takes in lines; counted in lines.
    case importing
    /// An app gives out records; counted in records.
    case exporting
    /// Changes go over a network; counted in changes.
    case sending
    /// Changes come over a network; counted in changes.
    case receiving
    /// A file is attached; counted in bytes.
    case attaching
    /// Attachments are taken in; counted in bytes.
    case collecting
    /// Attachments are written out; counted in bytes.
    case carrying

    /// Whether it is counted in bytes.
    public var isInBytes: Bool {
      switch self {
      case .attaching, .collecting, .carrying: true
      case .reading, .merging, .packing, .writing, .checking, .folding, .searching, .copying, .importing, .exporting,
        .sending, .receiving:
        false
      }
    }
  }

  /// What is being done.
  public let stage: Stage
  /// How much of it is done.
  public let done: Int
  /// How much there is; 0 when that is not known.
  public let total: Int

  /// How far work has got.
  public init(_ stage: Stage, _ done: Int, of total: Int) {
    self.stage = stage
    self.done = done
    self.total = total
  }
}
