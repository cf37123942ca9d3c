import Glibc
import Quan

/// Questions to the person at the terminal.
///
/// An answer is a line, so that input methods work; a terminal that does not know that input is UTF-8 would leave half
/// characters behind when something is erased, so it is told for the time of the question.
enum Prompt {
  /// Whether a person is there to answer.
  static var isInteractive: Bool { Terminal.isTerminal(0) }

  /// Asks for a line; `nil` when the input has ended.
  static func ask(_ question: String) throws -> String? {
    ProgressBar.clear()
    Terminal.write(question + " ", to: 2)
    return try line()?.trimmed
  }

  /// Asks for something that is not to be seen on the screen; `nil` when the input has ended.
  ///
  /// - Throws: ``Interrupt/Stop``; the terminal shows again what is typed.
  static func secret(_ question: String) throws -> String? {
    ProgressBar.clear()
    Terminal.write(question + " ", to: 2)
    var settings = termios()
    let isKnown = unsafe tcgetattr(0, &settings) == 0
    let before = settings
    if isKnown {
      settings.c_lflag &= ~tcflag_t(ECHO)
      _ = unsafe tcsetattr(0, TCSANOW, &settings)
    }
    defer {
      if isKnown {
        var before = before
        _ = unsafe tcsetattr(0, TCSANOW, &before)
      }
      Terminal.write("\n", to: 2)
    }
    return try line()
  }

  /// Asks a question that is answered by yes or no, in any width; asks again when the answer is neither.
  ///
  /// - Throws: ``CommandFailure`` when nobody is there to be asked, ``Interrupt/Stop``.
  static func confirm(_ question: String) throws -> Bool {
    guard Terminal.isTerminal(0) else {
      throw CommandFailure(
        .usage, say("需要确认, 但没有人可以回答", "this must be confirmed, and nobody is there to be asked"),
        hint: say("加上 --yes", "add --yes"))
    }
    for _ in 0..<3 {
      ProgressBar.clear()
      Terminal.write(question, to: 2)
      guard let answer = try line() else { return false }
      switch ValueParser.triState(answer) {
      case .yes: return true
      case .no: return false
      case .unknown, nil: continue
      }
    }
    return false
  }

  /// A line of standard input; `nil` at its end.
  static func line() throws -> String? {
    var settings = termios()
    let isKnown = unsafe tcgetattr(0, &settings) == 0
    let before = settings
    if isKnown {
      settings.c_iflag |= tcflag_t(IUTF8)
      _ = unsafe tcsetattr(0, TCSANOW, &settings)
    }
    defer {
      if isKnown {
        var before = before
        _ = unsafe tcsetattr(0, TCSANOW, &before)
      }
    }
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while true {
      let count = unsafe Glibc.read(0, &byte, 1)
      if count < 0 && errno == EINTR {
        try Interrupt.check()
        continue
      }
      if count <= 0 { return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self) }
      if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(byte)
    }
  }
}
