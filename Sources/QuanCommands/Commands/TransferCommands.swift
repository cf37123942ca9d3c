import ArgumentParser
import Quan

/// `quan transfer`: a pupil changes school, with what belongs to it.
struct TransferCommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "transfer",
    abstract: say("转学: 提出、接收、列出、转送后来的更改", "A pupil changes school: offer, accept, list, forward."),
    subcommands: [
      OfferTransfer.self, AcceptTransfer.self, ListTransfers.self, ForwardTransfer.self, DeclineTransfer.self,
      WithdrawTransfer.self,
    ])

  /// `quan transfer offer`.
  struct OfferTransfer: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "offer",
      abstract: say("把记录连同属于它的记录转给另一个范围", "Offer records, with what belongs to them, to another scope."),
      discussion: say(
        "对方接收之前, 记录留在原处照常使用. 本机不能写入对方范围时, 用 --out 写成文件交给对方.",
        "Until it is accepted a record stays where it is. Where this laptop may not write in that scope, --out writes a file to hand over."
      ))
    @OptionGroup var options: GlobalOptions
    @Argument(help: ArgumentHelp(say("记录编号", "The records."), valueName: "ID"), completion: LiveValues.records)
    var records: [String]
    @Option(
      help: ArgumentHelp(say("转往的范围", "The scope that they go to."), valueName: "SCOPE"),
      completion: LiveValues.scopes)
    var to: String
    @Option(help: ArgumentHelp(say("理由, 对方看得到", "Why; the other scope reads it."), valueName: "TEXT"))
    var reason = ""
    @Option(
      help: ArgumentHelp(say("写成文件 (.quanoffer)", "Write what goes into a file (.quanoffer)."), valueName: "FILE"))
    var out: String?

    func run() throws {
      try options.withReplica { replica in
        let scope = try ScopeFinder.scope(to, replica)
        let finder = RecordFinder(replica: replica)
        let ids = try records.map { try finder.record($0) }
        let offered = try ids.map { try replica.offer($0, to: scope, reason: reason, author: options.author) }
        if let out { try replica.writeOffer(offered, to: out) }
        let text = try TransferText(replica, reveal: options.reveal)
        let all = try replica.transfers().filter { offered.contains($0.id) }
        if options.json {
          Terminal.print(JSON.array(try all.map { try text.json($0) }).line)
          return
        }
        for transfer in all { Terminal.print(try text.line(transfer)) }
        if let out {
          let file = Terminal.neutral(out)
          Terminal.talk(
            say("对方: quan transfer accept \(file)", "On the other laptop: quan transfer accept \(file)"))
        } else {
          Terminal.talk(
            say(
              "下一步: quan sync 文件夹; 对方: quan transfer list",
              "Next: quan sync FOLDER; on the other laptop: quan transfer list"))
        }
      }
    }
  }

  /// `quan transfer accept`.
  struct AcceptTransfer: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "accept", abstract: say("接收转来的记录", "Accept what is offered."))
    @OptionGroup var options: GlobalOptions
    @Argument(
      help: ArgumentHelp(say("转出编号、记录编号或文件", "Transfers, their records, or files."), valueName: "ID|FILE"))
    var transfers: [String] = []
    @Flag(help: ArgumentHelp(say("全部等待本机接收的", "All that wait for this laptop.")))
    var all = false
    @Flag(help: ArgumentHelp(say("只看会接收什么, 什么也不写", "Only say what would be accepted; write nothing.")))
    var dryRun = false

    func validate() throws {
      if transfers.isEmpty != all {
        throw ValidationError(say("写编号或文件, 或 --all", "name transfers or files, or write --all"))
      }
    }

    func run() throws {
      try options.withReplica { replica in
        let finder = TransferFinder(replica: replica)
        let text = try TransferText(replica, reveal: options.reveal)
        var arrivals: [TransferArrival] = []
        // A trial is shown while it lasts: the records that it brings are there to be named.
        let examine = { (arrival: TransferArrival) in if !options.json { try text.tell(arrival, isTrial: true) } }
        func accept(_ transfer: Transfer) throws {
          arrivals.append(
            try replica.accept(transfer.id, author: options.author, dryRun: dryRun, examine: examine))
        }
        if all { for transfer in try finder.waiting() { try accept(transfer) } }
        for name in transfers {
          if name.hasSuffix(Replica.offerEnding) {
            arrivals += try replica.accept(offerAt: name, author: options.author, dryRun: dryRun, examine: examine)
          } else {
            try accept(try finder.transfer(name))
          }
        }
        if !dryRun || options.json {
          try text.tell(arrivals, options, isTrial: dryRun)
        } else {
          Terminal.remark(say("只是预览, 什么也没有写入", "A preview: nothing was written"))
        }
      }
    }
  }

  /// `quan transfer list`.
  struct ListTransfers: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: say("列出转学", "List the transfers, the latest first."))
    @OptionGroup var options: GlobalOptions
    @Flag(help: ArgumentHelp(say("只列等待答复的", "Only those that nobody has answered.")))
    var open = false

    func run() throws {
      options.beginPages()
      try options.withReplica { replica in
        let text = try TransferText(replica, reveal: options.reveal)
        let transfers = try replica.transfers().filter { !open || $0.state == .offered }
        if options.json {
          for transfer in transfers { Terminal.print(try text.json(transfer).line) }
          return
        }
        try text.printTable(transfers)
        if transfers.isEmpty { Terminal.remark(say("没有转学", "there are no transfers")) }
        let waiting = try TransferFinder(replica: replica).waiting().count
        if waiting > 0 {
          Terminal.remark(
            say(
              "\(waiting) 个等待本机接收: quan transfer accept 编号",
              "\(waiting) \(waiting == 1 ? "waits" : "wait") for this laptop: quan transfer accept ID")
          )
        }
      }
    }
  }

  /// `quan transfer forward`.
  struct ForwardTransfer: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "forward",
      abstract: say("把转出之后在原处做的更改转送过去", "Send on what was done where a record came from after it went."))
    @OptionGroup var options: GlobalOptions
    @Argument(
      help: ArgumentHelp(say("记录编号", "The records."), valueName: "ID"), completion: LiveValues.records)
    var records: [String] = []
    @Flag(help: ArgumentHelp(say("全部有这类问题的", "All about which there is such a problem.")))
    var all = false
    @Option(
      help: ArgumentHelp(say("写成文件 (.quanoffer)", "Write what goes into a file (.quanoffer)."), valueName: "FILE"))
    var out: String?

    func validate() throws {
      if records.isEmpty != all {
        throw ValidationError(say("写编号, 或 --all", "name records, or write --all"))
      }
    }

    func run() throws {
      try options.withReplica { replica in
        let finder = TransferFinder(replica: replica)
        let record = RecordFinder(replica: replica)
        let wanted = try all ? finder.left() : records.map { try record.record($0) }
        let text = try TransferText(replica, reveal: options.reveal)
        var arrivals: [TransferArrival] = []
        var offered: [RecordID] = []
        for transfer in try finder.gone(wanted) {
          let id = try replica.offer(transfer.record, to: transfer.to, author: options.author)
          guard out == nil, try finder.mayWrite(in: transfer.to) else {
            offered.append(id)
            continue
          }
          arrivals.append(try replica.accept(id, author: options.author))
        }
        if let out, !offered.isEmpty { try replica.writeOffer(offered, to: out) }
        try text.tell(arrivals, options)
        guard !options.json else { return }
        for transfer in try replica.transfers() where offered.contains(transfer.id) {
          Terminal.print(try text.line(transfer))
        }
        if arrivals.isEmpty && offered.isEmpty { Terminal.talk(say("没有要转送的", "there is nothing to forward")) }
      }
    }
  }

  /// `quan transfer decline`.
  struct DeclineTransfer: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "decline", abstract: say("不接收, 或接收之后放弃", "Decline what is offered, or give up what was accepted."))
    @OptionGroup var options: GlobalOptions
    @Argument(help: ArgumentHelp(say("转出编号或记录编号", "Transfers, or their records."), valueName: "ID"))
    var transfers: [String]
    @Flag(
      help: ArgumentHelp(
        say("已经接收的也放弃: 删除由此转来的记录", "Give it up though it was accepted: deletes what came by it.")))
    var afterwards = false

    func run() throws {
      try options.withReplica { replica in
        let finder = TransferFinder(replica: replica)
        for text in transfers {
          let transfer = try finder.transfer(text)
          let short = try replica.shortForm(of: transfer.id)
          try replica.decline(transfer.id, isAfterwards: afterwards, author: options.author)
          Terminal.print(
            say("已拒收 \(short)", "Declined \(short)"))
        }
      }
    }
  }

  /// `quan transfer withdraw`.
  struct WithdrawTransfer: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "withdraw", abstract: say("收回还没有被接收的转出", "Take back an offer that nobody has accepted."))
    @OptionGroup var options: GlobalOptions
    @Argument(help: ArgumentHelp(say("转出编号或记录编号", "Transfers, or their records."), valueName: "ID"))
    var transfers: [String]

    func run() throws {
      try options.withReplica { replica in
        let finder = TransferFinder(replica: replica)
        for text in transfers {
          let transfer = try finder.transfer(text)
          let short = try replica.shortForm(of: transfer.id)
          try replica.withdraw(transfer.id, author: options.author)
          Terminal.print(
            say("已收回 \(short)", "Withdrew \(short)"))
        }
      }
    }
  }
}
