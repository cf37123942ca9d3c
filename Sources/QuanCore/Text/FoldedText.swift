/// Texts as they are compared when people look for something: full width and half width, capitals and small letters, and
/// the dots that names are written with are each one and the same.
///
/// For finding only: two texts that fold alike need not mean the same.
public enum FoldedText {
  /// The folded bytes of a text.
  public static func bytes(of text: String) -> [UInt8] {
    var folded: [UInt8] = []
    folded.reserveCapacity(text.utf8.count)
    var text = text
    text.withUTF8 { source in unsafe fold(source, into: &folded) }
    return folded
  }

  /// Folds UTF-8 bytes to the end of `folded`.
  ///
  /// - Complexity: O(*n*) in the bytes.
  public static func fold(_ source: UnsafeBufferPointer<UInt8>, into folded: inout [UInt8]) {
    var place = 0
    let count = source.count
    while place < count {
      let byte = unsafe source[place]
      if byte < 0x80 {
        folded.append((0x41...0x5A).contains(byte) ? byte | 0x20 : byte)
        place += 1
      } else if let (ascii, length) = unsafe plain(source, place) {
        folded.append((0x41...0x5A).contains(ascii) ? ascii | 0x20 : ascii)
        place += length
      } else {
        folded.append(byte)
        place += 1
      }
    }
  }

  /// The ASCII character that the bytes at a place are a form of, and how many they are: full-width forms
  /// (U+FF01 to U+FF5E), the ideographic space (U+3000), and the dots of names, which all become a full stop.
  private static func plain(_ source: UnsafeBufferPointer<UInt8>, _ place: Int) -> (UInt8, Int)? {
    let left = source.count - place
    let first = unsafe source[place]
    if first == 0xC2, left > 1 { return unsafe source[place + 1] == 0xB7 ? (0x2E, 2) : nil }  // U+00B7
    guard first == 0xEF || first == 0xE3 || first == 0xE2, left > 2 else { return nil }
    let scalar =
      unsafe UInt32(first & 0x0F) << 12 | UInt32(source[place + 1] & 0x3F) << 6 | UInt32(source[place + 2] & 0x3F)
    switch scalar {
    case 0xFF01...0xFF5E: return (UInt8(scalar - 0xFEE0), 3)
    case 0x3000: return (0x20, 3)
    case 0x2022, 0x2027, 0x2219, 0x22C5, 0x25CF, 0x30FB, 0xFF65, 0x3002: return (0x2E, 3)
    default: return nil
    }
  }
}
