import Quan
import QuanCommands
import QuanTesting
import Testing

/// Long work says how fast it goes and how long it still takes.
@Suite("Progress")
struct ProgressTests {
  private let start = ContinuousClock.now

  /// The line that is drawn at a time, in seconds since the start.
  private func drawn(
    _ line: inout ProgressLine, _ stage: WorkProgress.Stage, _ done: Int, of total: Int, at seconds: Double,
    columns: Int = 100
  ) -> String? {
    line.advance(WorkProgress(stage, done, of: total), at: start + .seconds(seconds), columns: columns)
  }

  @Test("rate and remaining time are what a clock that the test turns makes of them")
  func rates() throws {
    var line = ProgressLine(at: start)
    #expect(drawn(&line, .importing, 0, of: 10_000, at: 0) == nil)
    #expect(drawn(&line, .importing, 1000, of: 10_000, at: 0.2) == nil, "too early")
    // 1000 in 2 s are 500/s: 9000 more take 18 s.
    let slow = try #require(drawn(&line, .importing, 1000, of: 10_000, at: 2))
    #expect(slow.contains("10%") && slow.contains("1000/10000  500/s") && slow.contains("0:18"), "\(slow)")
    #expect(drawn(&line, .importing, 1100, of: 10_000, at: 2.05) == nil, "too soon after the last")
    // 6000 in 4 s are 1500/s: 4000 more take 2.7 s, told as 3.
    let fast = try #require(drawn(&line, .importing, 6000, of: 10_000, at: 4))
    #expect(fast.contains("60%") && fast.contains("1500/s") && fast.contains("0:03"), "\(fast)")
    let over = try #require(drawn(&line, .importing, 10_000, of: 10_000, at: 5))
    #expect(over.contains("100%") && !over.contains("0:0"), "\(over)")
    // Other work begins anew, slow work keeps a decimal, and long work has hours.
    #expect(drawn(&line, .copying, 0, of: 40_000, at: 6) == nil)
    let long = try #require(drawn(&line, .copying, 10, of: 40_000, at: 10))
    #expect(long.contains("2.5/s") && long.contains("4h26"), "\(long)")
    // So does work that starts over under the same name.
    #expect(drawn(&line, .copying, 0, of: 100, at: 20) == nil)
    #expect(try #require(drawn(&line, .copying, 60, of: 100, at: 22)).contains("30/s"))
    // Of what the total is not known, only count and rate.
    #expect(drawn(&line, .searching, 0, of: 0, at: 30) == nil)
    let open = try #require(drawn(&line, .searching, 8192, of: 0, at: 32))
    #expect(open.contains("8192") && open.contains("4096/s") && !open.contains("%"), "\(open)")
  }

  @Test("a line may be wanted at once, or later")
  func delay() {
    for (delay, isShown) in [(0, true), (0.05, true), (0.2, false), (60, false)] {
      var line = ProgressLine(at: start, after: .seconds(delay))
      #expect(drawn(&line, .importing, 0, of: 100, at: 1) == nil)
      #expect((drawn(&line, .importing, 10, of: 100, at: 1.1) != nil) == isShown, "\(delay)")
    }
  }

  @Test("files are counted in bytes", arguments: [WorkProgress.Stage.attaching, .collecting, .carrying])
  func bytes(stage: WorkProgress.Stage) throws {
    var line = ProgressLine(at: start)
    #expect(drawn(&line, stage, 0, of: 100_000_000, at: 0) == nil)
    let shown = try #require(drawn(&line, stage, 25_000_000, of: 100_000_000, at: 5))
    #expect(shown.contains("25.0 MB/100.0 MB  5.0 MB/s") && shown.contains("0:15"), "\(shown)")
  }

  @Test("the line fits, and what goes last is the share and the remaining time", arguments: [20, 30, 40, 60, 80, 200])
  func fits(columns: Int) throws {
    for stage in WorkProgress.Stage.allCases {
      var line = ProgressLine(at: start)
      #expect(drawn(&line, stage, 0, of: 1_000_000_000, at: 0) == nil)
      let shown = try #require(drawn(&line, stage, 123_456_789, of: 1_000_000_000, at: 60, columns: columns))
      let width = shown.unicodeScalars.reduce(0) { $0 + ((0x2E80...0xFF60).contains($1.value) ? 2 : 1) }
      #expect(width <= columns, "\(shown)")
      #expect(shown.contains("12%") && (columns < 30 || shown.contains("7:07")), "\(shown)")
    }
  }

  @Test("a large file says how far it has got when it is attached, written out and taken in")
  func attachments() throws {
    let office = try Office()
    try office.quan("A", "scope", "limit", "our school", "900M")
    let pupil = try office.student("name=泉泉")
    let film = office.path("film.mp4")
    TemporaryFolder.write([UInt8](repeating: 7, count: 20 << 20), to: film)
    let line = #/\d+% \[[#-]+\]  [\d.]+ [MGk]?B\/2\d.\d MB  [\d.]+ [MGk]?B\/s/#
    for (laptop, command, word) in [
      ("A", ["attach", pupil, film, "kind=photo"], "attaching "), ("A", ["sync", office.stick], "files out "),
      ("B", ["sync", office.stick], "files in "),
    ] {
      let shown = try TerminalSession.run(
        try Built.quan.get(), command + office.own(laptop), typing: [], columns: 80,
        environment: ["XDG_STATE_HOME": office.path("xdg"), "QUAN_PROGRESS_DELAY": "0"])
      #expect(shown.status == 0 && shown.screen.contains(word) && shown.screen.contains(line), "\(shown.screen)")
    }
  }
}
