import Foundation
import Glibc
import Quan
import QuanTesting
import Testing

/// A server that runs as a process of its own, with the lines of its log.
final class Service {
  let port: Int
  private var program: Program?
  /// What the server had written when it stopped.
  private var last = ""

  /// Serves a laptop's replica at a port that is free.
  init(_ laptop: Laptop, options: [String] = ["--json"]) throws {
    let program = try Program(
      try Built.quan.get(), ["serve", "--listen", "127.0.0.1:0"] + options + Self.own(laptop))
    var found: Int?
    for _ in 0..<2000 where found == nil {
      usleep(10_000)
      let text = program.written
      guard let line = text.firstIndex(of: "\n") else { continue }
      found = text[..<line].components(separatedBy: "127.0.0.1:").dropFirst().first.flatMap {
        Int($0.prefix { $0.isNumber })
      }
    }
    let text = program.written
    port = try #require(found, "the server does not start: \(text)")
    self.program = consume program
  }

  deinit { program?.kill() }

  /// What makes a command run on a laptop.
  static func own(_ laptop: Laptop) -> [String] {
    ["-r", laptop.path, "--state", laptop.environment.stateDirectory]
  }

  /// What the server has written.
  var text: String { program?.written ?? last }

  /// The lines of its log.
  var events: [JSONValue] { get throws { try text.split(separator: "\n").map { try JSONValue(String($0)) } } }

  /// Waits until so many conversations have ended, at most half a minute.
  func ended(_ count: Int) throws -> [JSONValue] {
    for _ in 0..<600 {
      let ended = try events.filter { ["finished", "broken"].contains($0["event"].string) }
      if ended.count >= count { return ended }
      usleep(50_000)
    }
    Issue.record("fewer than \(count) conversations ended: \(text)")
    return []
  }

  /// Exchanges a laptop with it, in a process of its own.
  func start(_ laptop: Laptop, _ options: String...) throws -> Program {
    try Program(try Built.quan.get(), ["sync", "127.0.0.1:\(port)"] + options + Self.own(laptop))
  }

  /// Stops it as its operator does; gives its exit status.
  @discardableResult
  func stop(_ signal: Int32 = SIGTERM) -> Int32 {
    program?.send(signal)
    guard let outcome = program.take()?.wait() else { return -1 }
    last = outcome.out
    return outcome.status
  }
}
