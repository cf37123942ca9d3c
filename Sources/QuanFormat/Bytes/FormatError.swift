/// Why a sequence of bytes is not a valid encoding.
///
/// `offset` counts from the start of the part that is being read.
package enum FormatError: Error, Hashable, Sendable {
  /// The bytes end before what they announce.
  case truncated(offset: Int)
  /// An integer is written longer than it needs, or does not fit 64 bits.
  case overlongInteger(offset: Int)
  /// Text is not UTF-8.
  case invalidText(offset: Int)
  /// Something has a code or an order that the format does not allow; `what` names it.
  case invalid(_ what: String, offset: Int)
  /// More is announced than the format allows; `what` names it.
  case overLimit(_ what: String)
  /// Something is in a form that only a later version knows; `what` names it.
  case newer(_ what: String)
  /// Deflated data does not inflate to what it announces.
  case badCompression
  /// Bytes are left over behind the end.
  case trailingBytes(offset: Int)
}
