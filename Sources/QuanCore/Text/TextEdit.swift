/// One stretch of an edit: scalars that were typed at a place, or that were deleted there.
public struct TextRun: Hashable, Sendable {
  /// What was done.
  public enum Kind: UInt8, Hashable, Sendable {
    /// Scalars were inserted.
    case insert = 0
    /// Scalars were deleted.
    case delete = 1
  }

  /// What was done.
  public var kind: Kind
  /// Where, in Unicode scalars, in the text as the runs before left it.
  public var position: Int
  /// How many scalars; at least one.
  public var count: Int

  /// A stretch of an edit.
  public init(_ kind: Kind, at position: Int, count: Int) {
    self.kind = kind
    self.position = position
    self.count = count
  }

  /// The run as far as a text of so many scalars has room for it: positions behind the end mean the end.
  package func clamped(to length: Int) -> TextRun {
    let start = min(position, length)
    return TextRun(kind, at: start, count: kind == .insert ? count : min(count, length - start))
  }
}

/// What one transaction did to one text: runs of inserted and deleted scalars, one after another.
///
/// A text is told apart by its record and field, so that laptops that fill it independently merge. The scalars that an
/// edit inserts are named by the edit's dot and their place among them; nothing is kept a scalar.
public struct TextEdit: Hashable, Sendable {
  /// The version that the positions of the first run are in: the latest edits of the text that its author had seen.
  ///
  /// Ascending; none for the text as its record was created.
  public let parents: [Dot]
  /// The runs, in order.
  public let runs: [TextRun]
  /// The scalars inserted by all runs together, in UTF-8.
  public let utf8: [UInt8]

  /// An edit; `utf8` must be valid and hold as many scalars as the runs insert.
  public init(parents: [Dot], runs: [TextRun], utf8: [UInt8]) {
    self.parents = parents
    self.runs = runs
    self.utf8 = utf8
  }

  /// How many scalars it inserts.
  public var insertedCount: Int { runs.reduce(0) { $0 + ($1.kind == .insert ? $1.count : 0) } }
  /// How many scalars it deletes.
  public var deletedCount: Int { runs.reduce(0) { $0 + ($1.kind == .delete ? $1.count : 0) } }
  /// The scalars that it inserts.
  public var inserted: String { String(decoding: utf8, as: UTF8.self) }

  /// Whether it inserts just as many scalars as its runs say.
  package var isConsistent: Bool {
    guard !runs.isEmpty else { return false }
    let count = unsafe utf8.withUnsafeBufferPointer { unsafe Rope.scalars(in: $0) }
    return count == insertedCount
  }

  /// The same edit with other parents.
  public func with(parents: [Dot]) -> TextEdit { TextEdit(parents: parents, runs: runs, utf8: utf8) }
}

/// Draws steps of typing and deleting together into runs as they are made.
package struct TextRuns: Hashable, Sendable {
  /// The runs so far.
  package private(set) var runs: [TextRun] = []
  /// What they insert, in UTF-8.
  package private(set) var utf8: [UInt8] = []

  /// No steps yet.
  package init() {}

  /// Whether nothing has been done.
  package var isEmpty: Bool { runs.isEmpty }

  /// Inserts `count` scalars in UTF-8; typing on continues the last run.
  @unsafe package mutating func insert(_ text: UnsafeBufferPointer<UInt8>, count: Int, at position: Int) {
    unsafe utf8.append(contentsOf: text)
    if let last = runs.indices.last, runs[last].kind == .insert, runs[last].position + runs[last].count == position {
      runs[last].count += count
    } else {
      runs.append(TextRun(.insert, at: position, count: count))
    }
  }

  /// Inserts a text; typing on continues the last run.
  package mutating func insert(_ text: String, at position: Int) {
    var text = text
    text.withUTF8 { unsafe insert($0, count: Rope.scalars(in: $0), at: position) }
  }

  /// Deletes scalars; deleting on, forwards or backwards, continues the last run.
  package mutating func delete(_ count: Int, at position: Int) {
    if let last = runs.indices.last, runs[last].kind == .delete {
      if runs[last].position == position {
        runs[last].count += count
        return
      }
      if position + count == runs[last].position {
        runs[last].position = position
        runs[last].count += count
        return
      }
    }
    runs.append(TextRun(.delete, at: position, count: count))
  }
}
