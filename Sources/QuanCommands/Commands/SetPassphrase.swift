import ArgumentParser
import Quan

extension MemberCommands {
  /// `quan member passphrase`.
  struct SetPassphrase: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "passphrase",
      abstract: say("给本机的密钥设、换或去掉口令", "Put this laptop's keys under a passphrase, change it, or take it away."),
      discussion: say(
        "忘记口令就用不了密钥, 只能重新申请加入.",
        "Without the passphrase nobody gets at the keys: the laptop must ask for admission again."
      ))
    @OptionGroup var options: GlobalOptions
    @Flag(help: ArgumentHelp(say("去掉口令", "Take it away.")))
    var remove = false
    @Option(
      help: ArgumentHelp(
        say("新口令文件: 第一行是新口令; 省略则询问", "A file whose first line is the new one; else it is asked for."),
        valueName: "FILE"), completion: .file())
    var newPassphraseFile: String?

    func run() throws {
      try options.withReplica { replica in
        let had = try replica.hasPassphrase
        // The old one first: who does not know it is not asked for another.
        if had { _ = try Passphrase.current(file: options.passphraseFile) }
        let new = remove ? nil : try Passphrase.new(file: newPassphraseFile)
        try replica.setPassphrase(new)
        Terminal.print(
          new == nil
            ? say("密钥没有口令了", "The keys are under no passphrase any more")
            : had ? say("口令已更换", "The passphrase is changed") : say("密钥已加口令", "The keys are under the passphrase"))
      }
    }
  }
}
