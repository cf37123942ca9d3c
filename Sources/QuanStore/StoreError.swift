/// Why the store could not do what was asked: what is wrong, of what, and what helps.
public struct StoreError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kind of failure; each has its exit status in the tool.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private enum Wrapped: String {
      case noReplica, alreadyExists, inUse, damaged, stranger, notPermitted, otherWorkspace, notABundle, newerFormat,
        overLimit
      case missingPrerequisites, notFound, ambiguous, invalid, refused, inputOutput, readOnly, outOfSpace
      case network
    }
    private let wrapped: Wrapped
    /// There is no replica at the path.
    public static let noReplica = Code(wrapped: .noReplica)
    /// Something is at the path already.
    public static let alreadyExists = Code(wrapped: .alreadyExists)
    /// Another process is writing to the replica.
    public static let inUse = Code(wrapped: .inUse)
    /// A file is cut or damaged.
    public static let damaged = Code(wrapped: .damaged)
    /// Something is signed by nobody known here.
    public static let stranger = Code(wrapped: .stranger)
    /// This laptop's member may not do that.
    public static let notPermitted = Code(wrapped: .notPermitted)
    /// Something belongs to another workspace.
    public static let otherWorkspace = Code(wrapped: .otherWorkspace)
    /// A file is no bundle, or no replica.
    public static let notABundle = Code(wrapped: .notABundle)
    /// A file was written by a newer Quan.
    public static let newerFormat = Code(wrapped: .newerFormat)
    /// Something is larger than the format allows.
    public static let overLimit = Code(wrapped: .overLimit)
    /// A bundle builds on changes that this replica does not have.
    public static let missingPrerequisites = Code(wrapped: .missingPrerequisites)
    /// There is no such record, field, kind, change or conflict.
    public static let notFound = Code(wrapped: .notFound)
    /// A shortened ID fits several.
    public static let ambiguous = Code(wrapped: .ambiguous)
    /// A value does not fit its field.
    public static let invalid = Code(wrapped: .invalid)
    /// The act would break something; `force` does it all the same.
    public static let refused = Code(wrapped: .refused)
    /// The operating system could not read or write.
    public static let inputOutput = Code(wrapped: .inputOutput)
    /// The file or folder cannot be written.
    public static let readOnly = Code(wrapped: .readOnly)
    /// The disk is full.
    public static let outOfSpace = Code(wrapped: .outOfSpace)
    /// The other end of a network could not be reached, fell silent, or would not go on.
    public static let network = Code(wrapped: .network)
    /// The code's name.
    public var description: String { wrapped.rawValue }
  }

  /// The kind of failure.
  public let code: Code
  /// What is wrong, in English; values of records never appear in it.
  public let message: String
  /// What it is about: a path, an ID, a field's name.
  public let subject: String
  /// For ``Code/ambiguous``, the matches; for ``Code/missingPrerequisites``, what is missing.
  public let details: [String]

  /// Describes a failure.
  public init(_ code: Code, _ message: String, subject: String = "", details: [String] = []) {
    self.code = code
    self.message = message
    self.subject = subject
    self.details = details
  }

  /// The message with its subject.
  public var description: String { subject.isEmpty ? message : "\(message): '\(subject)'" }
}

extension StoreError {
  /// What SQLite reports is about the file as a whole and does not say which.
  private static let namesTheFile: Set<Code> = [
    .inUse, .damaged, .notABundle, .newerFormat, .inputOutput, .readOnly, .outOfSpace,
  ]

  /// Runs `body`; when it fails because of the file and does not say which, says so.
  static func naming<T>(_ path: String, _ body: () throws -> T) throws -> T {
    do {
      return try body()
    } catch let error as StoreError where error.subject.isEmpty && namesTheFile.contains(error.code) {
      throw StoreError(error.code, error.message, subject: path, details: error.details)
    }
  }
}
