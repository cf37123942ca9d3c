import Foundation
import QuanTesting
import Testing

/// A form in which people send tables: how it is encoded, what separates its cells, and what ends its lines.
struct RosterForm: CustomTestStringConvertible, Sendable {
  enum Encoding: String, CaseIterable {
    case utf8 = "UTF-8"
    case utf8WithMark = "UTF-8 with mark"
    case utf16LE = "UTF-16LE"
    case utf16LEWithoutMark = "UTF-16LE without mark"
    case gb18030 = "GB18030"
  }

  let encoding: Encoding
  let separator: Character
  let lineEnd: String

  /// Every combination; without a mark, UTF-16 is what programs write in one.
  static let all =
    Encoding.allCases.filter { $0 != .utf16LEWithoutMark }.flatMap { encoding in
      [",", ";", "\t"].flatMap { separator in
        ["\n", "\r\n"].map { RosterForm(encoding: encoding, separator: separator, lineEnd: $0) }
      }
    } + [RosterForm(encoding: .utf16LEWithoutMark, separator: "\t", lineEnd: "\r\n")]

  var testDescription: String {
    let name = separator == "," ? "commas" : separator == ";" ? "semicolons" : "tabs"
    return "\(encoding.rawValue), \(name), \(lineEnd == "\n" ? "LF" : "CRLF")"
  }

  /// A table as the bytes of a file, and the line, from 1, that each row begins in.
  ///
  /// As spreadsheets do, a cell is quoted when the separator, a quote or the end of a line stands in it, and only then.
  func write(_ rows: [[String]]) throws -> (bytes: [UInt8], lines: [Int]) {
    var text = ""
    var lines: [Int] = []
    var line = 1
    for row in rows {
      lines.append(line)
      line += 1 + row.reduce(0) { $0 + $1.unicodeScalars.count { $0 == "\n" } }
      text += row.map(quoted).joined(separator: String(separator)) + lineEnd
    }
    return (try bytes(text), lines)
  }

  private func quoted(_ cell: String) -> String {
    let special: [Unicode.Scalar] = Array(String(separator).unicodeScalars) + ["\"", "\n", "\r"]
    guard cell.unicodeScalars.contains(where: special.contains) else { return cell }
    return "\"" + cell.replacing("\"", with: "\"\"") + "\""
  }

  private func bytes(_ text: String) throws -> [UInt8] {
    let wide = text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    switch encoding {
    case .utf8: return Array(text.utf8)
    case .utf8WithMark: return [0xEF, 0xBB, 0xBF] + Array(text.utf8)
    case .utf16LE: return [0xFF, 0xFE] + wide
    case .utf16LEWithoutMark: return wide
    case .gb18030: return try Self.convert(Array(text.utf8))
    }
  }

  private struct NotConverted: Error { let outcome: Outcome }

  /// UTF-8 as GB 18030, by the system's converter and not by what is tested.
  private static func convert(_ bytes: [UInt8]) throws -> [UInt8] {
    let folder = TemporaryFolder(inMemory: true)
    TemporaryFolder.write(bytes, to: folder.path + "/utf-8")
    let outcome = try Program.run(
      "/bin/sh", ["-c", "exec iconv -f UTF-8 -t GB18030 \(folder.path)/utf-8 >\(folder.path)/gb18030"])
    guard outcome.status == 0 else { throw NotConverted(outcome: outcome) }
    return TemporaryFolder.read(folder.path + "/gb18030")
  }
}
