import Foundation
import Glibc
import Quan
import QuanTesting
import Synchronization
import Testing

/// `quan serve` and `quan sync HOST:PORT` as processes of their own.
///
/// `QUAN_SEED` repeats a run.
@Suite("Networks")
struct NetworkTests {
  private static let seed =
    ProcessInfo.processInfo.environment["QUAN_SEED"].flatMap { UInt64($0) } ?? .random(in: 0...9999)
  private static let schema = SchemaDraft([
    KindDraft(
      "pupil", Labels("学生", "pupil"),
      [FieldDraft("name", Labels("姓名", "name")), FieldDraft("film", Labels("录像", "film"), .attachment)])
  ])

  /// How many pupils make 50 MB.
  private static let pupils = 6800

  /// A founder and others; their replicas are closed, for other processes to use.
  private func laptops(_ count: Int, _ fill: (MemberLaptops) throws -> Void = { _ in }) throws -> MemberLaptops {
    let members = try MemberLaptops(schema: Self.schema, inMemory: true)
    try members.admit((1..<count).map { "L\($0)" })
    for index in members.replicas.indices { try members.pupil("学生 \(index)", on: index) }
    try fill(members)
    for replica in members.replicas { try replica.close() }
    return members
  }

  private func expectEqual(_ laptops: [Laptop], pupils: Int, at location: SourceLocation = #_sourceLocation) throws {
    var first: [CanonicalScope]?
    for laptop in laptops {
      let replica = try laptop.open()
      let forms = try replica.scopes().map(\.id).map { try replica.canonicalForm(of: $0) }
      #expect(forms == first ?? forms, sourceLocation: location)
      first = forms
      let kind = try #require(try replica.schema().kind(named: "pupil"))
      var count = 0
      try replica.records(of: kind.id) { _ in count += 1 }
      #expect(count == pupils, sourceLocation: location)
      #expect(try replica.verify() == [], sourceLocation: location)
      try replica.close()
    }
  }

  @Test("laptops that come at once to one server all hold the same, and the log says who came")
  func many() throws {
    let members = try laptops(10)
    let service = try Service(members.laptops[0])
    for round in 1...2 {
      let calls = members.laptops.dropFirst().map { ["sync", "127.0.0.1:\(service.port)"] + Service.own($0) }
      let failed = Mutex<[String]>([])
      DispatchQueue.concurrentPerform(iterations: calls.count) { index in
        let outcome = Result { try Program.run(try Built.quan.get(), calls[index]) }
        if (try? outcome.get())?.status != 0 { failed.withLock { $0.append("\(outcome)") } }
      }
      #expect(failed.withLock { $0 } == [])
      let ended = try service.ended(round * 9)
      #expect(ended.allSatisfy { $0["event"].string == "finished" })
    }
    let names = Set(try service.ended(18).compactMap { $0["laptop"].string })
    #expect(names == Set(members.laptops.dropFirst().map(\.name)))
    let first = try #require(try service.events.first)
    #expect(
      first.names == [
        "time", "event", "address", "member", "laptop", "reason", "detail", "changes_taken", "changes_given",
        "bytes_received", "bytes_sent", "milliseconds",
      ])
    #expect(service.stop() == 0)
    #expect(try service.events.last?["event"].string == "stopped")
    try expectEqual(members.laptops, pupils: 10)
  }

  @Test("a transfer of 50 MB that is killed again and again goes on from the last segment that was stored")
  func resumed() throws {
    var generator = SeededGenerator(seed: Self.seed)
    let members = try laptops(2) { members in
      let kind = try #require(try members.replicas[0].schema().kind(named: "pupil"))
      let name = try #require(kind.field(named: "name")).id
      // Text that shrinks little: random letters, and nothing twice within the reach of deflate.
      let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
      let pool = (0..<3_000_000).map { _ in letters[Int(truncatingIfNeeded: generator.next() & 63)] }
      try members.replicas[0].batch { batch in
        for _ in 0..<Self.pupils {
          let start = Int.random(in: 0..<pool.count - 10_000, using: &generator)
          let text = String(decoding: pool[start..<start + 10_000], as: UTF8.self)
          try batch.write { _ = try $0.create(kind.id, [name: [.text(text)]]) }
        }
      }
    }
    let service = try Service(members.laptops[0])
    var cuts = 0
    while cuts < 4 {
      let program = try service.start(members.laptops[1])
      // Somewhere in the midst of it.
      let before = try service.ended(cuts).count
      usleep(UInt32.random(in: 300_000...1_500_000, using: &generator))
      program.kill()
      if program.wait().status == 0 { break }
      cuts += 1
      _ = try service.ended(before + 1)
    }
    let note: Comment = "QUAN_SEED=\(Self.seed)"
    #expect(cuts > 0, note)
    let last = try service.start(members.laptops[1]).wait()
    #expect(last.status == 0, "QUAN_SEED=\(Self.seed): \(last.err) \(service.text)")
    let ended = try service.ended(cuts + 1)
    let sent = ended.compactMap { $0["bytes_sent"].int }
    let total = try transferred(members)
    #expect(total > 50_000_000)
    // What was stored is not sent again: each cut costs what was under way, a segment and what the sockets held.
    #expect(sent.reduce(0, +) < total + cuts * 9_000_000, "QUAN_SEED=\(Self.seed): \(sent) of \(total)")
    #expect((sent.last ?? 0) < total, note)
    service.stop()
    try expectEqual(members.laptops, pupils: Self.pupils + 2)
  }

  /// The size of what a laptop lacks at first, as one bundle.
  private func transferred(_ members: MemberLaptops) throws -> Int {
    let replica = try members.laptops[0].open()
    let path = members.folder.path + "/all.quanbundle"
    let size = Int(try replica.writeBundle(to: path).size)
    try replica.close()
    TemporaryFolder.remove(path)
    return size
  }

  @Test("Ctrl-C ends a sync with status 130, and the next one completes it")
  func interrupted() throws {
    let members = try laptops(2) { members in
      for number in 0..<3000 { try members.pupil("学生 第 \(number) 号", on: 0) }
    }
    let service = try Service(members.laptops[0])
    let program = try service.start(members.laptops[1])
    usleep(60_000)
    _ = Glibc.kill(program.id, SIGINT)
    let outcome = program.wait()
    #expect([0, 130].contains(outcome.status), "\(outcome)")
    #expect(try service.start(members.laptops[1]).wait().status == 0)
    service.stop(SIGINT)
    try expectEqual(members.laptops, pupils: 3002)
  }

  @Test("a large file that comes over the network says at the terminal how far it has got")
  func progress() throws {
    let members = try laptops(2) { members in
      let film = members.folder.path + "/film.mp4"
      TemporaryFolder.write([UInt8](repeating: 7, count: 20 << 20), to: film)
      let pupil = try members.pupil("泉泉", on: 0)
      let record = try #require(try members.replicas[0].record(pupil))
      try members.replicas[0].setAttachmentLimit(of: record.scope, to: 900 << 20)
      try members.replicas[0].attach(fileAt: film, to: pupil, field: try #require(record.kind.field(named: "film")).id)
    }
    let service = try Service(members.laptops[0])
    // What comes is slow enough to be looked at, however fast the machine is.
    let cable = try Relay(to: service.port) { direction, bytes, count in
      if direction == .toCaller, count > 1 << 20 { usleep(1000) }
      return bytes
    }
    let called = try TerminalSession.run(
      try Built.quan.get(), ["sync", "127.0.0.1:\(cable.port)"] + Service.own(members.laptops[1]), typing: [],
      columns: 80, environment: ["XDG_STATE_HOME": members.folder.path + "/xdg", "QUAN_PROGRESS_DELAY": "0"])
    #expect(called.status == 0)
    #expect(called.screen.contains(#/files in \d+% .*MB\/2\d.\d MB  [\d.]+ [MGk]?B\/s/#), "\(called.screen)")
  }

  @Test("what the server and those who call say, in both languages")
  func words() throws {
    let members = try laptops(2)
    let chinese = try Service(members.laptops[0], options: ["--lang", "zh"])
    let outcome = try chinese.start(members.laptops[1], "--lang", "zh").wait()
    #expect(outcome.status == 0)
    #expect(outcome.out.contains("新增 1"))
    #expect(outcome.err.contains("已与 127.0.0.1:\(chinese.port) 同步"))
    let trial = try chinese.start(members.laptops[1], "--dry-run", "--json").wait()
    #expect(try trial.json["records_created"].int == 0)
    usleep(2_500_000)
    let quan = try Built.quan.get()
    let own = Service.own(members.laptops[0])
    let status = try Program.run(quan, ["serve", "status", "--json"] + own)
    #expect(status.status == 0)
    #expect(try status.json["running"] == .bool(true))
    #expect(try status.json["finished"].int == 2)
    #expect(try Program.run(quan, ["serve", "status", "--lang", "zh"] + own).out.hasPrefix("正在运行: 127.0.0.1:"))
    chinese.stop()
    #expect(chinese.text.contains("L1 (127.0.0.1:"))
    #expect(chinese.text.contains("完成, 收到 "))
    #expect(chinese.text.hasSuffix("已停止\n"))
    let stopped = try Program.run(quan, ["serve", "status", "--lang", "en"] + own)
    #expect(stopped.status == 1)
    #expect(stopped.out.hasPrefix("stopped: "))
    let gone = try chinese.start(members.laptops[1], "--lang", "zh").wait()
    #expect(gone.status == 1)
    #expect(gone.err.hasPrefix("错误: 那里没有回应 '127.0.0.1:\(chinese.port)'\n提示: "))
    let wrong = try Program.run(quan, ["serve", "--listen", "nowhere"] + own)
    #expect(wrong.status == 64)
    #expect(wrong.err.contains("Hint: "))
  }

  @Test("an open workspace is neither served nor exchanged over a network, and the tool says why")
  func open() throws {
    let office = try Office(["A"])
    for command in [["serve"], ["sync", "127.0.0.1:9"]] {
      let outcome = try office.tool(command + office.own("A"), status: 1)
      #expect(outcome.err.contains("open to everybody"))
      #expect(outcome.err.contains("Hint: "))
    }
    #expect(try office.quan("A", "serve", "status", status: 1).err.contains("no server has run"))
  }

  @Test("over a slow line that loses packets and is cut in the midst, between hosts of their own")
  func namespaces() throws {
    guard Namespaces.areAvailable else {
      // Said, and not counted as proof.
      print("no network namespaces here: skipped")
      return
    }
    var generator = SeededGenerator(seed: Self.seed)
    let members = try laptops(2) { members in
      for number in 0..<1600 {
        let text = (0..<40).map { _ in String(generator.next(), radix: 36) }.joined()
        try members.pupil("学生 \(number) \(text)", on: number % 2)
      }
    }
    let hosts = try Namespaces()
    let log = members.folder.path + "/server.log"
    try hosts.run(
      """
      \(hosts.inFirst) QUAN serve --listen 10.77.0.1:7826 --json \(Service.own(members.laptops[0]).joined(separator: " ")) > LOG &
      server=$!
      for i in $(seq 100); do grep -q started LOG && break; sleep 0.1; done
      (sleep 1.5; ip -n \(hosts.first) link set v0 down; sleep 3; ip -n \(hosts.first) link set v0 up) &
      for i in 1 2 3 4 5 6; do
        timeout -s INT 60 \(hosts.inSecond) QUAN sync 10.77.0.1:7826 --quiet \(Service.own(members.laptops[1]).joined(separator: " ")) && break
        sleep 1
      done
      kill -INT $server
      wait $server
      """, log: log)
    let ended = try String(decoding: TemporaryFolder.read(log), as: UTF8.self).split(separator: "\n").map {
      try JSONValue(String($0))
    }
    // It was in the midst of it when the line was cut for three seconds.
    let spent = ended.compactMap { $0["milliseconds"].int }.reduce(0, +)
    #expect(spent > 3500)
    try expectEqual(members.laptops, pupils: 1602)
  }
}
