import Foundation

/// What was measured, by name.
enum Results {
  /// Prints the measurements, as one JSON object or a line each.
  static func show(_ results: [String: Double], json: Bool) {
    func text(_ value: Double) -> String {
      value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(format: "%.4g", value)
    }
    let sorted = results.sorted { $0.key < $1.key }
    if json {
      print("{" + sorted.map { "\"\($0.key)\":\(text($0.value))" }.joined(separator: ",") + "}")
    } else {
      for (key, value) in sorted { print("\(key)  \(text(value))") }
    }
  }
}
