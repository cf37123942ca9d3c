/// Texts as they are compared when somebody may have been entered twice.
///
/// Folding is coarse on purpose: what it brings together is only nominated, and a person decides.
public enum NameFolding {
  /// A text without what people write differently: traditional and variant characters become the simplified ones,
  /// full-width ones half-width; capitals become small; spaces, dots between the parts of a name, hyphens and
  /// accents go.
  public static func fold(_ text: String) -> String { String(decoding: utf8(text), as: UTF8.self) }

  /// The UTF-8 of a text's folded form: the quicker form for many texts that are only compared.
  public static func utf8(_ text: String) -> [UInt8] {
    // Numbers and plain letters need no table.
    func isPlain(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) }
    if text.utf8.allSatisfy(isPlain) { return text.utf8.map { $0 < 0x41 ? $0 : $0 | 0x20 } }
    var folded: [UInt8] = []
    folded.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      guard let kept = fold(scalar) else { continue }
      for byte in kept.utf8 { folded.append(byte) }
    }
    return folded
  }

  /// Whether two folded names differ in just one character that is easily taken for the other.
  ///
  /// A distance of letters would call every pair of siblings alike: Chinese names have two or three characters.
  public static func areAlike(_ one: String, _ other: String) -> Bool {
    let left = Array(one.unicodeScalars)
    let right = Array(other.unicodeScalars)
    guard left.count == right.count, left.count >= 2 else { return false }
    let differing = left.indices.filter { left[$0] != right[$0] }
    guard let place = differing.first, differing.count == 1 else { return differing.isEmpty }
    return VariantTable.areConfusable(left[place], right[place])
  }

  private static func fold(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
    switch scalar.value {
    case 0x21...0x2C, 0x2F...0x40, 0x5B...0x7E: return scalar
    case 0x41...0x5A: return Unicode.Scalar(scalar.value + 0x20)
    case 0x00...0x20, 0x2D, 0x2E, 0x7F, 0xA0, 0xAD, 0xB7, 0x387: return nil
    case 0x300...0x36F, 0x1427, 0x2000...0x200F, 0x2010...0x2015, 0x2022, 0x2027, 0x2219, 0x22C5: return nil
    case 0x3000, 0x30FB, 0xFE52, 0xFF0E, 0xFF65, 0xFEFF: return nil
    case 0xFF01...0xFF5E: return Unicode.Scalar(scalar.value - 0xFEE0).flatMap { fold($0) }
    case 0xC0...0x24F: return unaccented(scalar)
    default: return VariantTable.standard(scalar)
    }
  }

  /// The letter under an accent, for the letters that pinyin and European names have.
  private static func unaccented(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    let small = scalar.properties.lowercaseMapping.unicodeScalars.first ?? scalar
    for (letter, accented) in accents where accented.unicodeScalars.contains(small) { return letter }
    return small
  }

  private static let accents: [(letter: Unicode.Scalar, accented: String)] = [
    ("a", "àáâãäåāăǎ"), ("c", "çćč"), ("e", "èéêëēěė"), ("i", "ìíîïīǐ"), ("n", "ñńňǹ"), ("o", "òóôõöøōǒ"),
    ("s", "śšş"), ("u", "ùúûüūǔůǖǘǚǜ"), ("y", "ýÿ"), ("z", "źžż"),
  ]
}
