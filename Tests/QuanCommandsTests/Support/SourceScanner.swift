/// Finds calls in Swift source by brackets and quotes: enough to read what is written in place.
struct SourceScanner {
  private let source: [Character]

  init(_ source: String) { self.source = Array(source) }

  /// The arguments of each call of a function, as they are written, with the line of the call.
  func calls(of name: String) -> [(line: Int, arguments: [String])] {
    let wanted = Array(name + "(")
    var found: [(line: Int, arguments: [String])] = []
    var line = 1
    var place = 0
    while place < source.count {
      if source[place] == "\n" { line += 1 }
      if source[place...].starts(with: wanted), place == 0 || !Self.isWord(source[place - 1]) {
        found.append((line, arguments(from: place + wanted.count)))
      }
      place += 1
    }
    return found
  }

  private static func isWord(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "_" || character == "."
  }

  /// What stands between commas, from behind an opening bracket to its closing one.
  private func arguments(from start: Int) -> [String] {
    var parts: [String] = []
    var part = ""
    var depth = 0
    var place = start
    while place < source.count {
      let character = source[place]
      if character == "\"" {
        let end = endOfText(from: place)
        part += String(source[place..<end])
        place = end
        continue
      }
      if "([{".contains(character) { depth += 1 }
      if ")]}".contains(character) {
        depth -= 1
        if depth < 0 { break }
      }
      if character == "," && depth == 0 {
        parts.append(Self.trimmed(part))
        part = ""
      } else {
        part.append(character)
      }
      place += 1
    }
    return parts + (Self.trimmed(part).isEmpty ? [] : [Self.trimmed(part)])
  }

  /// Behind the quote that ends the text that begins at a quote; insertions in it may hold texts.
  private func endOfText(from start: Int) -> Int {
    var place = start + 1
    while place < source.count, source[place] != "\"" {
      if source[place] == "\\", place + 1 < source.count, source[place + 1] == "(" {
        var depth = 0
        place += 1
        repeat {
          if source[place] == "\"" {
            place = endOfText(from: place)
            continue
          }
          if source[place] == "(" { depth += 1 }
          if source[place] == ")" { depth -= 1 }
          place += 1
        } while depth > 0 && place < source.count
      } else {
        place += source[place] == "\\" ? 2 : 1
      }
    }
    return min(place + 1, source.count)
  }

  private static func trimmed(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
