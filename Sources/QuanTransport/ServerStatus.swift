import Foundation
import Glibc
import NIOCore
import NIOPosix
public import QuanCore
public import QuanStore
import Synchronization

/// How a server stands: kept in a file of the private state folder while it runs, for whoever watches over it.
public struct ServerStatus: Hashable, Sendable {
  /// The process.
  public var process: Int32 = 0
  /// The address that it listens at.
  public var address = ""
  /// Since when.
  public var started = Instant(milliseconds: 0)
  /// When this was written; a server that runs writes it every few seconds.
  public var updated = Instant(milliseconds: 0)
  /// Whether it has stopped as it should.
  public var isStopped = false
  /// How many connections there are.
  public var connections = 0
  /// How many conversations came to their end.
  public var finished = 0
  /// How many conversations ended before.
  public var broken = 0
  /// How many were turned away.
  public var refused = 0
  /// How often each reason was given, for conversations that broke and for those who were turned away.
  public var reasons: [ServerEvent.Reason: Int] = [:]
  /// How many changes were taken in.
  public var changesTaken: UInt64 = 0
  /// How many changes were given.
  public var changesGiven: UInt64 = 0
  /// How many bytes came.
  public var bytesReceived: UInt64 = 0
  /// How many bytes went.
  public var bytesSent: UInt64 = 0
  /// How many bytes of memory it uses.
  public var memory: UInt64 = 0
  /// When a conversation last came to its end.
  public var lastFinished: Instant?

  /// Of a server that has not been asked yet.
  public init() {}

  /// Whether the process is there and has written lately.
  public func isRunning(at now: Instant) -> Bool {
    !isStopped && (kill(process, 0) == 0 || errno == EPERM) && now.milliseconds - updated.milliseconds < 30_000
  }

  /// Adds what happened.
  mutating func add(_ event: ServerEvent) {
    switch event.kind {
    case .started:
      address = event.address
      started = event.time
    case .refused: refused += 1
    case .begun: break
    case .finished:
      finished += 1
      lastFinished = event.time
    case .broken: broken += 1
    case .stopped: isStopped = true
    }
    if let reason = event.reason { reasons[reason, default: 0] += 1 }
    changesTaken += event.changesTaken
    changesGiven += event.changesGiven
    bytesReceived += event.bytesReceived
    bytesSent += event.bytesSent
  }

  // MARK: The file

  /// As it stands in the file.
  private struct Written: Codable {
    var process: Int32
    var address: String
    var started: Int64
    var updated: Int64
    var stopped: Bool
    var connections: Int
    var finished: Int
    var broken: Int
    var refused: Int
    var reasons: [String: Int]
    var changesTaken: UInt64
    var changesGiven: UInt64
    var bytesReceived: UInt64
    var bytesSent: UInt64
    var memory: UInt64
    var lastFinished: Int64?
  }

  private static func path(_ replica: Replica) -> String {
    "\(replica.environment.stateDirectory)/server-\(replica.workspace.description.lowercased()).json"
  }

  /// How the server of a replica's workspace on this machine stands; `nil` when none has run.
  ///
  /// - Throws: `StoreError` with code `damaged`.
  public static func read(_ replica: Replica) throws -> ServerStatus? {
    let path = path(replica)
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    guard let written = try? JSONDecoder().decode(Written.self, from: data) else {
      throw StoreError(.damaged, "the file of the server's status is damaged", subject: path)
    }
    var status = ServerStatus()
    status.process = written.process
    status.address = written.address
    status.started = Instant(milliseconds: written.started)
    status.updated = Instant(milliseconds: written.updated)
    status.isStopped = written.stopped
    status.connections = written.connections
    status.finished = written.finished
    status.broken = written.broken
    status.refused = written.refused
    for (name, count) in written.reasons {
      if let reason = ServerEvent.Reason(rawValue: name) { status.reasons[reason] = count }
    }
    status.changesTaken = written.changesTaken
    status.changesGiven = written.changesGiven
    status.bytesReceived = written.bytesReceived
    status.bytesSent = written.bytesSent
    status.memory = written.memory
    status.lastFinished = written.lastFinished.map { Instant(milliseconds: $0) }
    return status
  }

  /// Writes it; a status that cannot be written is no reason to stop serving.
  func write(_ replica: Replica) {
    let reasons = Dictionary(uniqueKeysWithValues: self.reasons.map { ($0.key.rawValue, $0.value) })
    let written = Written(
      process: process, address: address, started: started.milliseconds, updated: updated.milliseconds,
      stopped: isStopped, connections: connections, finished: finished, broken: broken, refused: refused,
      reasons: reasons, changesTaken: changesTaken, changesGiven: changesGiven, bytesReceived: bytesReceived,
      bytesSent: bytesSent, memory: memory, lastFinished: lastFinished?.milliseconds)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    guard let data = try? encoder.encode(written) else { return }
    try? data.write(to: URL(filePath: Self.path(replica)), options: .atomic)
  }

  /// How many bytes of memory this process uses; 0 when the system does not tell.
  static var memoryInUse: UInt64 {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
    let pages = text.split(separator: " ").dropFirst().first.flatMap { UInt64($0) } ?? 0
    return pages * UInt64(max(0, sysconf(Int32(_SC_PAGESIZE))))
  }
}
