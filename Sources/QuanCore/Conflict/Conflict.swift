/// What kind of thing people must settle.
public enum ConflictClass: String, Hashable, Sendable, CaseIterable {
  /// A field has several values, none of which saw another.
  case value
  /// Somebody deleted the record while somebody else worked on it.
  case deletedAndEdited = "deleted-and-edited"
  /// A ladder shows the safe step; people must look.
  case dispute
  /// Two definitions claim one code of the schema.
  case schema
}

/// Something with sides that a person must settle.
///
/// It belongs to the record, not to a merge: it is there on every replica that holds the same changes, until a write
/// has seen all sides.
public struct Conflict: Hashable, Sendable {
  /// One of the sides.
  public struct Side: Hashable, Sendable {
    /// The value, where it is one of a field.
    public let value: Value?
    /// For ``ConflictClass/deletedAndEdited``, what happened: `deleted` or `edited`.
    public let event: String?
    /// The operation, ascending among sides.
    public let dot: Dot
    /// Who, and when by their clock.
    public let stamp: Stamp
    /// All operations that say the same, `dot` among them, with who and when.
    public let alike: [Stamp]

    /// A side of a conflict.
    public init(value: Value?, event: String? = nil, dot: Dot, stamp: Stamp, alike: [Stamp] = []) {
      self.value = value
      self.event = event
      self.dot = dot
      self.stamp = stamp
      self.alike = alike
    }
  }

  /// The record.
  public let record: RecordID
  /// The scope it is in.
  public let scope: ScopeID
  /// Its kind.
  public let kind: KindID
  /// The field, or `nil` when the conflict is about the whole record.
  public let field: FieldID?
  /// The item of a map or list that the conflict is about; `nil` for the field as a whole.
  public let item: FieldItem?
  /// What kind of conflict.
  public let `class`: ConflictClass
  /// The values all sides started from; several when they started from a conflict, none when from nothing.
  public let base: [Value]
  /// The sides, in ascending order of the operation: side *n* of the tool is number *n* − 1 here.
  public let sides: [Side]

  /// A conflict.
  public init(
    record: RecordID, scope: ScopeID, kind: KindID, field: FieldID?, item: FieldItem? = nil, class: ConflictClass,
    base: [Value], sides: [Side]
  ) {
    self.record = record
    self.scope = scope
    self.kind = kind
    self.field = field
    self.item = item
    self.class = `class`
    self.base = base
    self.sides = sides
  }
}

/// What kind of thing a merge did that needs no decision.
public enum NoticeClass: String, Hashable, Sendable, CaseIterable {
  /// Two people changed different fields of one record at once.
  case parallelUpdate = "parallel-update"
  /// A rule chose between sides.
  case decidedByRule = "decided-by-rule"
  /// Somebody cleared a field that somebody else set at once; the value stands.
  case cleared
  /// Several people moved one element of a list at once; it is at one of the places, the same one everywhere.
  case moved
  /// Two people changed the same sentence of a text at once; both changes are in it.
  case samePassage = "same-passage"
  /// A replica's identity was found forked, and its branches were renamed.
  case forked
}
