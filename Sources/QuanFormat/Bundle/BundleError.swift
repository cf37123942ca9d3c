/// Why a file is not a bundle that can be taken in.
package enum BundleError: Error, Hashable, Sendable {
  /// It ends before its header does.
  case tooShort
  /// It does not begin as a bundle does.
  case notABundle
  /// It is cut or changed; `part` says where.
  case damaged(part: String)
  /// It was written in a later format.
  case newerFormat(UInt64)
  /// It needs a feature that this version does not have.
  case unknownFeature(String)
  /// It announces more than the format allows.
  case overLimit(String)
}
