import Foundation
import Quan

/// What does its work on files of one folder.
protocol WorkFolder {
  /// The folder.
  var work: String { get }
}

extension WorkFolder {
  func path(_ name: String) -> String { work + "/" + name }

  func environment(_ name: String) -> Environment { .system(stateDirectory: path("state-\(name)")) }

  /// Removes a replica or a database, with what SQLite puts beside it.
  func remove(_ name: String) {
    for ending in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path(name) + ending) }
  }
}

/// How long something takes, in seconds.
func seconds(_ body: () throws -> Void) rethrows -> Double {
  let duration = try ContinuousClock().measure(body)
  return Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
}
