import ArgumentParser
import Quan
import QuanTransport

/// `quan serve`: exchanges with laptops over a network.
struct ServeCommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: say("在网络上与成员的电脑同步", "Exchange with members' laptops over a network."),
    discussion: say(
      "别的电脑用 quan sync 主机:端口 来同步. 双方用成员密钥证明身份, 内容全程加密. Ctrl-C 停止, 不会留下做了一半的事.",
      "The other laptops come with quan sync HOST:PORT. Both ends prove with their members' keys who they are, and all is encrypted. Ctrl-C stops it, and nothing is left half done."
    ),
    subcommands: [Run.self, ShowServer.self], defaultSubcommand: Run.self)

  /// `quan serve run`, which is also `quan serve`.
  struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "run", abstract: say("监听, 直到被停止", "Listen until it is stopped."))
    /// Where servers listen unless they are told; the keys of QUAN on a telephone.
    private static let usual = "0.0.0.0:7826"

    @OptionGroup var options: GlobalOptions
    @Option(
      help: ArgumentHelp(
        say("监听的地址和端口; 缺省 \(usual)", "Where to listen; by default \(usual)."), valueName: "ADDR:PORT"))
    var listen: String?

    func run() throws {
      guard let address = NetworkAddress(listen ?? Self.usual) else {
        throw CommandFailure(
          .usage, say("'\(listen ?? "")' 不是地址和端口", "'\(listen ?? "")' is no address with a port"),
          hint: say("例如 --listen 0.0.0.0:7826", "for example --listen 0.0.0.0:7826"))
      }
      let json = options.json
      try options.withReplica { replica in
        let server = try SyncServer(replica) { event in
          Terminal.print(json ? ServerText.json(event).line : ServerText.line(event))
        }
        try Waiting.wait {
          let watch = Task {
            while !Task.isCancelled {
              if Interrupt.isAsked { return server.stop() }
              try await Task.sleep(for: .milliseconds(200))
            }
          }
          defer { watch.cancel() }
          try await server.run(host: address.host, port: address.port)
        }
      }
    }
  }

  /// `quan serve status`.
  struct ShowServer: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "status",
      abstract: say("服务的状况; 没有在运行时以状态 1 退出", "How the server stands; exits with status 1 when none runs."))
    @OptionGroup var options: GlobalOptions

    func run() throws {
      let isRunning = try options.withReplica { replica in
        let now = replica.environment.now()
        guard let status = try ServerStatus.read(replica) else {
          throw CommandFailure(
            .failed, say("这台电脑上没有运行过服务", "no server has run on this machine"),
            hint: say("启动: quan serve", "start one: quan serve"))
        }
        if options.json {
          Terminal.print(ServerText.json(status, at: now).line)
        } else {
          for line in ServerText.lines(status, at: now) { Terminal.print(line) }
        }
        return status.isRunning(at: now)
      }
      if !isRunning { throw ExitCode(1) }
    }
  }
}
