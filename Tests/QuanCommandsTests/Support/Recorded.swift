import Foundation
import QuanTesting
import Testing

/// Long texts that the tool prints, kept in files in `Recorded/`.
///
/// A test that finds another text leaves it where `Tools/record` fetches it, when it is meant to be so.
enum Recorded {
  /// Where texts are left that differ.
  static let folder = FileManager.default.temporaryDirectory.appending(path: "quan-recorded").path

  /// Expects that a text is the one that is kept under a name.
  static func expect(_ text: String, as name: String, at location: SourceLocation = #_sourceLocation) {
    let kept = Built.repository + "/Tests/QuanCommandsTests/Recorded/" + name
    if String(decoding: TemporaryFolder.read(kept), as: UTF8.self) == text { return }
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    TemporaryFolder.write(Array(text.utf8), to: folder + "/" + name)
    Issue.record(
      "\(name) is not what is kept; compare it with \(folder)/\(name), and if it is right: Tools/record",
      sourceLocation: location)
  }
}
