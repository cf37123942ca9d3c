/// The tables that every replica has beside those of its kinds.
///
/// Invariants of a replica file, by the numbers that `quan verify` prints:
/// 1. A record's row equals the fold of its operations and can be rebuilt from the log.
/// 2. A stream has no gaps: its segments and tail follow each other in numbers, counters and digests.
/// 3. An import is one transaction: a bundle's segments are all applied, known or pending, or none is there.
/// 4. Every standing conflict of a record has one row in `quan_conflict`, and no other row is there.
/// 5. A pending segment misses something, or nobody who is a member vouches for it; no other is kept.
/// 6. The file is what SQLite says it is: its integrity check passes.
/// 7. An attachment has the size and the hash that it is kept under.
/// 8. Every rule that the records break has one row in `quan_problem`, and no other row is there.
/// 9. `quan_alias` has a row for each record that is joined with another by edges that are there, and no other row.
/// 10. `quan_handover` has a row for each record of each transfer that has been accepted, and no other row.
/// 11. The chunks of a text's edits in `quan_edit` can be read and follow each other; one that cannot is made anew from
///     the log when the text is next edited.
enum Tables {
  /// Set as SQLite's application ID: `Quan` in ASCII.
  static let applicationID = 0x5175_616E
  /// Set as SQLite's user version; 0 belongs to files that are not ours yet.
  static var version: Int { steps.count }
  /// The oldest version whose readers understand what this one writes: to be raised when they would not.
  static let oldestReader = 2

  /// What takes a file to version 1, 2, and so on.
  ///
  /// A new file goes through all steps and an older one through those that it lacks, so both end with the same
  /// tables. A step that a release has carried is never changed; new tables go to the last one until then.
  static let steps = [version1, version2, version3]

  private static let version1 = """
    CREATE TABLE quan_meta (key TEXT PRIMARY KEY NOT NULL, value) WITHOUT ROWID;
    CREATE TABLE quan_stream (
      id INTEGER PRIMARY KEY, replica INTEGER NOT NULL, scope_replica INTEGER NOT NULL, scope_counter INTEGER NOT NULL,
      name INTEGER NOT NULL, parent INTEGER, fork_number INTEGER NOT NULL,
      number INTEGER NOT NULL, counter INTEGER NOT NULL, digest BLOB NOT NULL);
    CREATE TABLE quan_segment (
      id INTEGER PRIMARY KEY, stream INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
      last_counter INTEGER NOT NULL, digest BLOB NOT NULL, is_small INTEGER NOT NULL, bytes BLOB NOT NULL);
    CREATE UNIQUE INDEX quan_segment_place ON quan_segment (stream, last);
    CREATE TABLE quan_tail (
      stream INTEGER NOT NULL, number INTEGER NOT NULL, counter INTEGER NOT NULL, digest BLOB NOT NULL,
      bytes BLOB NOT NULL, PRIMARY KEY (stream, number)) WITHOUT ROWID;
    CREATE TABLE quan_pending (
      id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, bytes BLOB NOT NULL);
    CREATE TABLE quan_context (
      stream INTEGER NOT NULL, other INTEGER NOT NULL, number INTEGER NOT NULL, counter INTEGER NOT NULL,
      PRIMARY KEY (stream, other)) WITHOUT ROWID;
    CREATE TABLE quan_aside (
      id INTEGER PRIMARY KEY, kind_replica INTEGER NOT NULL, kind_counter INTEGER NOT NULL, deleted INTEGER NOT NULL,
      state BLOB NOT NULL);
    CREATE TABLE quan_conflict (
      record INTEGER NOT NULL, field_replica INTEGER NOT NULL, field_counter INTEGER NOT NULL, class TEXT NOT NULL,
      content BLOB NOT NULL, PRIMARY KEY (record, field_replica, field_counter)) WITHOUT ROWID;
    CREATE TABLE quan_peer (replica INTEGER PRIMARY KEY, time INTEGER NOT NULL, vector BLOB NOT NULL);
    """

  /// An attachment's chunks of 256 KiB have its ID in the bits above the lowest 24, and their number in these.
  private static let version2 = """
    DROP TABLE quan_conflict;
    CREATE TABLE quan_conflict (
      record INTEGER NOT NULL, field_replica INTEGER NOT NULL, field_counter INTEGER NOT NULL, item BLOB NOT NULL,
      class TEXT NOT NULL, content BLOB NOT NULL,
      PRIMARY KEY (record, field_replica, field_counter, item)) WITHOUT ROWID;
    CREATE TABLE quan_attachment (
      id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, size INTEGER NOT NULL);
    CREATE TABLE quan_attachment_chunk (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
    CREATE TABLE quan_merge (id INTEGER PRIMARY KEY, time INTEGER NOT NULL, content BLOB NOT NULL);
    CREATE TABLE quan_problem (
      code INTEGER PRIMARY KEY, class TEXT NOT NULL, record INTEGER NOT NULL, kind_replica INTEGER NOT NULL,
      kind_counter INTEGER NOT NULL, field_replica INTEGER, field_counter INTEGER, rules TEXT NOT NULL,
      is_cut INTEGER NOT NULL, verdict INTEGER);
    CREATE INDEX quan_problem_record ON quan_problem (record);
    CREATE TABLE quan_involved (
      record INTEGER NOT NULL, problem INTEGER NOT NULL, PRIMARY KEY (record, problem)) WITHOUT ROWID;
    CREATE INDEX quan_involved_problem ON quan_involved (problem);
    CREATE TABLE quan_key (
      hash INTEGER NOT NULL, record INTEGER NOT NULL, PRIMARY KEY (hash, record)) WITHOUT ROWID;
    CREATE TABLE quan_accepted (
      code INTEGER NOT NULL, verdict INTEGER NOT NULL, PRIMARY KEY (code, verdict)) WITHOUT ROWID;
    CREATE INDEX quan_accepted_verdict ON quan_accepted (verdict);
    CREATE TABLE quan_reference (
      target INTEGER NOT NULL, record INTEGER NOT NULL, PRIMARY KEY (target, record)) WITHOUT ROWID;
    CREATE TABLE quan_edge (edge INTEGER PRIMARY KEY, one INTEGER NOT NULL, other INTEGER NOT NULL);
    CREATE INDEX quan_edge_one ON quan_edge (one);
    CREATE INDEX quan_edge_other ON quan_edge (other);
    CREATE TABLE quan_alias (member INTEGER PRIMARY KEY, representative INTEGER NOT NULL);
    CREATE INDEX quan_alias_representative ON quan_alias (representative);
    CREATE TABLE quan_handover (
      record INTEGER NOT NULL, transfer INTEGER NOT NULL, PRIMARY KEY (record, transfer)) WITHOUT ROWID;
    CREATE TABLE quan_owner (replica INTEGER PRIMARY KEY, member INTEGER NOT NULL, nonce INTEGER NOT NULL);
    CREATE TABLE quan_signature (
      digest BLOB PRIMARY KEY NOT NULL, signer INTEGER NOT NULL, nonce INTEGER NOT NULL, bytes BLOB NOT NULL)
      WITHOUT ROWID;
    ALTER TABLE quan_segment ADD COLUMN key INTEGER;
    CREATE TABLE quan_carried (
      id INTEGER PRIMARY KEY, key INTEGER NOT NULL, digest BLOB NOT NULL UNIQUE, header BLOB NOT NULL, bytes BLOB NOT NULL);
    CREATE INDEX quan_carried_key ON quan_carried (key);
    CREATE TABLE quan_edit (
      record INTEGER NOT NULL, field INTEGER NOT NULL, first INTEGER NOT NULL, count INTEGER NOT NULL,
      bytes BLOB NOT NULL, PRIMARY KEY (record, field, first)) WITHOUT ROWID;
    """

  /// No tables of its own: a built-in kind has a field more, whose column a migration adds with the rest.
  private static let version3 = ""
}
