import ArgumentParser
import Synchronization

/// How the tool looks: colour, quiet, width of ambiguous characters.
///
/// Set once, before a command runs.
enum Style {
  /// When colours are used.
  enum Colour: String, CaseIterable, ExpressibleByArgument { case auto, always, never }

  /// How wide the characters are that some terminals show in one column and some in two.
  enum Ambiguous: String, CaseIterable, ExpressibleByArgument { case narrow, wide }

  private static let colours = Atomic<Bool>(false)
  private static let quiet = Atomic<Bool>(false)
  private static let wideAmbiguous = Atomic<Bool>(false)
  private static let data = Atomic<Bool>(false)

  /// Whether talk that matters to nobody who asked for quiet is left out.
  static var isQuiet: Bool { quiet.load(ordering: .relaxed) }

  /// Whether results are for other programs: their lines are as long as they are.
  static var isData: Bool { data.load(ordering: .relaxed) }

  /// From here on results are for other programs.
  static func beginData() { data.store(true, ordering: .relaxed) }

  /// Whether ambiguous characters take two columns.
  static var isAmbiguousWide: Bool { wideAmbiguous.load(ordering: .relaxed) }

  /// Takes over what the arguments and the environment ask for: a flag beats NO_COLOR.
  static func set(colour: Colour?, quiet isQuiet: Bool, ambiguous: Ambiguous?, environment: (String) -> String?) {
    let hasNoColour = environment("NO_COLOR").map { !$0.isEmpty } ?? false
    let isDumb = environment("TERM") == "dumb"
    switch colour {
    case .always: colours.store(true, ordering: .relaxed)
    case .never: colours.store(false, ordering: .relaxed)
    case .auto: colours.store(Terminal.isTerminal(1) && !isDumb, ordering: .relaxed)
    case nil: colours.store(Terminal.isTerminal(1) && !isDumb && !hasNoColour, ordering: .relaxed)
    }
    quiet.store(isQuiet, ordering: .relaxed)
    let width = ambiguous ?? environment("QUAN_AMBIGUOUS").flatMap { Ambiguous(rawValue: $0) }
    wideAmbiguous.store(width == .wide, ordering: .relaxed)
  }

  /// What needs attention; a word or sign always says it as well.
  static func alert(_ text: String) -> String { paint(text, "1;31") }

  /// The head of a table, the title of a record.
  static func head(_ text: String) -> String { paint(text, "1") }

  /// What was found in a text.
  static func match(_ text: String) -> String { paint(text, "1;32") }

  private static func paint(_ text: String, _ code: String) -> String {
    colours.load(ordering: .relaxed) && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
