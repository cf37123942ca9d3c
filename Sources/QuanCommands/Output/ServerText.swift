import Quan
import QuanTransport

/// What happens on a server, and how it stands, for people and for programs.
enum ServerText {
  // MARK: The log

  /// A line of the log.
  static func line(_ event: ServerEvent) -> String {
    let time = ValueText.time(event.time, seconds: true)
    let laptop = event.label.isEmpty ? event.member?.description ?? "" : Terminal.neutral(event.label)
    let address = Terminal.neutral(event.address)
    let seconds = "\(event.milliseconds / 1000).\(event.milliseconds % 1000 / 100)"
    let counts = say(
      "收到 \(event.changesTaken) 处更改, 送出 \(event.changesGiven) 处, \(seconds) 秒",
      "took \(event.changesTaken) changes, gave \(event.changesGiven), \(seconds) s")
    let why = event.reason.map { reason($0) } ?? ""
    let text =
      switch event.kind {
      case .started: say("开始监听 \(address)", "listening at \(address)")
      case .stopped: say("已停止", "stopped")
      case .begun: say("\(laptop) (\(address)): 开始", "\(laptop) (\(address)): begun")
      case .finished: say("\(laptop) (\(address)): 完成, \(counts)", "\(laptop) (\(address)): done, \(counts)")
      case .broken:
        say("\(laptop) (\(address)): 中断, \(why); \(counts)", "\(laptop) (\(address)): broken, \(why); \(counts)")
      case .refused:
        laptop.isEmpty
          ? say("\(address): 拒绝, \(why)", "\(address): refused, \(why)")
          : say("\(laptop) (\(address)): 拒绝, \(why)", "\(laptop) (\(address)): refused, \(why)")
      }
    return "\(time)  \(text)"
  }

  /// A line of the log for programs.
  static func json(_ event: ServerEvent) -> JSON {
    .object([
      "time": .string(event.time.description), "event": .string(event.kind.rawValue),
      "address": .string(event.address), "member": event.member.map { .string($0.description) } ?? .null,
      "laptop": event.label.isEmpty ? .null : .string(event.label),
      "reason": event.reason.map { .string($0.rawValue) } ?? .null,
      "detail": event.detail.isEmpty ? .null : .string(event.detail),
      "changes_taken": .integer(event.changesTaken), "changes_given": .integer(event.changesGiven),
      "bytes_received": .integer(event.bytesReceived), "bytes_sent": .integer(event.bytesSent),
      "milliseconds": .integer(event.milliseconds),
    ])
  }

  /// Why somebody was turned away, or a conversation broke.
  static func reason(_ reason: ServerEvent.Reason) -> String {
    switch reason {
    case .stranger: say("不是成员, 或接纳它的记录还没有传到这里", "no member, or its admission has not arrived here")
    case .revoked: say("成员资格已终止", "its right has ended")
    case .otherWorkspace: say("属于另一个工作区", "of another workspace")
    case .noCertificate: say("没有出示成员的证书", "showed no member's certificate")
    case .handshake: say("不是 TLS 1.3, 或途中被改动", "no TLS 1.3, or tampered with on the way")
    case .slowHandshake: say("迟迟没有证明身份", "did not prove in time who it is")
    case .busy: say("连接太多", "too many connections")
    case .tooOften: say("一分钟内次数太多", "too often within a minute")
    case .cut: say("连接断开", "the connection was cut")
    case .silent: say("太久没有回应", "silent for too long")
    case .notItself: say("冒用别的电脑的身份", "claims another laptop's identity")
    case .unexpected: say("不按约定说话", "spoke out of turn")
    case .overLimit: say("超过限制", "over a limit")
    case .damaged: say("送来的内容损坏", "sent what is damaged")
    case .otherVersion: say("版本不同", "of another version")
    case .barren: say("不断送来没有新内容的包", "kept sending what brought nothing")
    case .stopping: say("服务正在停止", "the server stops")
    case .unable: say("服务器这边存不下去", "the server could not store")
    case .leftByPeer: say("对方结束了对话", "the other end ended it")
    }
  }

  // MARK: The status

  /// How a server stands, as people read it.
  static func lines(_ status: ServerStatus, at now: Instant) -> [String] {
    let running = status.isRunning(at: now)
    var lines = [
      running
        ? say("正在运行: \(status.address), 进程 \(status.process)", "running: \(status.address), process \(status.process)")
        : status.isStopped
          ? say("已停止: \(ValueText.time(status.updated))", "stopped: \(ValueText.time(status.updated))")
          : say(
            "没有在运行; 最后一次记录: \(ValueText.time(status.updated)), 没有正常停止",
            "not running; last heard \(ValueText.time(status.updated)), and it did not stop as it should"),
      say("启动于 \(ValueText.time(status.started))", "since \(ValueText.time(status.started))"),
    ]
    if running { lines.append(say("当前连接: \(status.connections)", "connections: \(status.connections)")) }
    lines.append(
      say(
        "完成 \(status.finished), 中断 \(status.broken), 拒绝 \(status.refused)",
        "done \(status.finished), broken \(status.broken), refused \(status.refused)"))
    for (reason, count) in status.reasons.sorted(by: { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }) {
      lines.append("  \(self.reason(reason)): \(count)")
    }
    lines.append(
      say(
        "收到 \(status.changesTaken) 处更改 (\(AttachmentText.size(status.bytesReceived))), 送出 \(status.changesGiven) 处 (\(AttachmentText.size(status.bytesSent)))",
        "took \(status.changesTaken) changes (\(AttachmentText.size(status.bytesReceived))), gave \(status.changesGiven) (\(AttachmentText.size(status.bytesSent)))"
      ))
    lines.append(say("内存 \(AttachmentText.size(status.memory))", "memory \(AttachmentText.size(status.memory))"))
    if let last = status.lastFinished {
      lines.append(say("最近一次完成: \(ValueText.time(last))", "last done: \(ValueText.time(last))"))
    }
    return lines
  }

  /// How a server stands, for programs.
  static func json(_ status: ServerStatus, at now: Instant) -> JSON {
    .object([
      "running": .bool(status.isRunning(at: now)), "stopped": .bool(status.isStopped),
      "process": .integer(status.process), "address": .string(status.address),
      "started": .string(status.started.description), "updated": .string(status.updated.description),
      "connections": .integer(status.connections), "finished": .integer(status.finished),
      "broken": .integer(status.broken), "refused": .integer(status.refused),
      "reasons": .object(
        status.reasons.sorted { $0.key.rawValue < $1.key.rawValue }.map {
          JSON.Member(name: $0.key.rawValue, value: .integer($0.value))
        }),
      "changes_taken": .integer(status.changesTaken), "changes_given": .integer(status.changesGiven),
      "bytes_received": .integer(status.bytesReceived), "bytes_sent": .integer(status.bytesSent),
      "memory": .integer(status.memory),
      "last_finished": status.lastFinished.map { .string($0.description) } ?? .null,
    ])
  }
}
