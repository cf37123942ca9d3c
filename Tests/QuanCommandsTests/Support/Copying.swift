import Foundation
import QuanTesting

/// A laptop as it was at one moment: its replica file and its private state.
struct Moment {
  private let replica: [UInt8]
  private let state: [String: [UInt8]]

  /// Remembers a laptop.
  init(_ laptop: String, in office: Office) {
    replica = TemporaryFolder.read(office.replica(laptop))
    let folder = office.state(laptop)
    state = Dictionary(
      uniqueKeysWithValues: TemporaryFolder.names(in: folder).map { ($0, TemporaryFolder.read(folder + "/" + $0)) })
  }

  /// Puts the replica back into the very same file, as a backup program does; the laptop remembers what it remembers.
  func putBackFile(_ laptop: String, in office: Office) throws {
    let path = office.replica(laptop)
    for ending in ["-wal", "-shm"] { TemporaryFolder.remove(path + ending) }
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    try file.truncate(atOffset: 0)
    try file.write(contentsOf: Data(replica))
    try file.close()
  }

  /// Puts everything back: nothing on the laptop tells that time has passed, as on a machine that was cloned whole.
  func putBackMachine(_ laptop: String, in office: Office) throws {
    try putBackFile(laptop, in: office)
    let folder = office.state(laptop)
    for name in TemporaryFolder.names(in: folder) { TemporaryFolder.remove(folder + "/" + name) }
    for (name, bytes) in state { TemporaryFolder.write(bytes, to: folder + "/" + name) }
  }
}
