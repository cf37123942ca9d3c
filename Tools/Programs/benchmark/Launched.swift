import ArgumentParser
import Foundation

/// A program that runs; its standard output goes into a file.
struct Spawned {
  let id: pid_t

  /// Starts a program.
  init(_ program: String, _ arguments: [String], output: String) throws {
    // Foundation's Process polls for the end of its child, which costs more than the child does.
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { _ = unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    var words: [UnsafeMutablePointer<CChar>?] = unsafe ([program] + arguments).map { unsafe strdup($0) }
    unsafe words.append(nil)
    defer { for index in unsafe words.indices { unsafe free(words[index]) } }
    var child: pid_t = 0
    guard unsafe posix_spawn(&child, program, &actions, nil, words, environ) == 0 else {
      throw ValidationError("'\(program)' does not start")
    }
    id = child
  }

  /// Waits until it has ended; gives how, and what it used.
  func wait() throws -> (status: Int32, usage: rusage) {
    var status: Int32 = 0
    var usage = rusage()
    guard unsafe wait4(id, &status, 0, &usage) == id else { throw ValidationError("process \(id) is gone") }
    return (status, usage)
  }
}

/// A program that was run to its end: what it wrote, how long it took, and the most memory that it held.
struct Launched {
  let output: String
  let status: Int32
  /// From start to end, by the clock.
  let seconds: Double
  /// Of all processors.
  let userSeconds: Double
  let megabytes: Double

  /// Runs a program; its standard output goes through a file in `work`.
  init(_ program: String, _ arguments: [String], work: String) throws {
    let clock = ContinuousClock()
    let start = clock.now
    let (status, usage) = try Spawned(program, arguments, output: work + "/output").wait()
    let spent = (clock.now - start).components
    seconds = Double(spent.seconds) + Double(spent.attoseconds) / 1e18
    self.status = status
    userSeconds = Double(usage.ru_utime.tv_sec) + Double(usage.ru_utime.tv_usec) / 1e6
    megabytes = Double(usage.ru_maxrss) / 1024
    output = try String(contentsOf: URL(filePath: work + "/output"), encoding: .utf8)
  }

  /// What the program wrote, when it ended well.
  static func output(_ program: String, _ arguments: [String], work: String) throws -> String {
    try well(program, arguments, work: work).output
  }

  /// Runs a program that must end well.
  ///
  /// - Parameter statuses: The exit statuses that are well.
  static func well(
    _ program: String, _ arguments: [String], work: String, statuses: Set<Int32> = [0]
  ) throws -> Launched {
    let launched = try Launched(program, arguments, work: work)
    guard launched.status & 0x7F == 0, statuses.contains(launched.status >> 8) else {
      throw ValidationError("'\(arguments.joined(separator: " "))' failed (\(launched.status))")
    }
    return launched
  }
}
