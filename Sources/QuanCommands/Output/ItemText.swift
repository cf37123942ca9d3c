import Quan

/// Items of maps and lists by names that people know: keys, and elements by their places in the list.
enum ItemText {
  /// What stands behind the name of a field for one of its items: `.KEY`, or `[PLACE]`.
  ///
  /// An element that is not there now has no place and is told by the operation that inserted it.
  static func suffix(_ item: FieldItem?, of field: FieldView?) -> String {
    switch item {
    case nil: return ""
    case .key(let key): return "." + Terminal.neutral(key.text)
    case .element(let element):
      if let index = field?.items.firstIndex(where: { $0.element == element }) { return "[\(index + 1)]" }
      return "[\(element.dot)\(element.index == 0 ? "" : "#\(element.index)")]"
    }
  }

  /// An item for programs: a key as it is, an element as operation and index.
  static func json(_ item: FieldItem?) -> JSON {
    switch item {
    case nil: .null
    case .key(let key): .string(key.text)
    case .element(let element): .string("\(element.dot)#\(element.index)")
    }
  }
}
