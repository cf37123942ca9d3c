import Foundation

/// Where what the build made lies, and where the repository does.
enum Built {
  private struct Missing: Error { let name: String }

  /// The path of a built program: it lies where the program that runs the tests does.
  static func program(_ name: String) throws -> String {
    let starts = [CommandLine.arguments[0], "/proc/self/exe", Bundle.main.executablePath ?? ""]
    for start in starts {
      var folder = URL(filePath: start).resolvingSymlinksInPath().deletingLastPathComponent()
      while folder.path.count > 1 {
        let candidate = folder.appending(path: name).path
        var isFolder: ObjCBool = false
        if unsafe FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder), !isFolder.boolValue,
          FileManager.default.isExecutableFile(atPath: candidate)
        {
          return candidate
        }
        folder.deleteLastPathComponent()
      }
    }
    throw Missing(name: name)
  }

  /// The tool `quan`.
  static let quan = Result { try program("quan") }

  /// The top of the repository: this file lies three levels below it.
  static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path
}
