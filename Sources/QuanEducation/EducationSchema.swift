public import Quan

/// The built-in schema for home visits and student support.
///
/// It is data on top of the public API: the core knows nothing of it, and a district may replace it.
public enum EducationSchema {
  /// The kinds, in the order in which people meet them.
  public static let draft = SchemaDraft(
    [Student.kinds, Visits.kinds, Ledgers.kinds, Aid.kinds, Care.kinds, Support.kinds, People.kinds, Records.kinds]
      .flatMap { $0 })
}
