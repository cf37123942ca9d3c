import QuanTesting
import Testing

@Suite("Keys under a passphrase")
struct PassphraseTests {
  /// A workspace of members on one laptop.
  private func office() throws -> Office {
    let office = try Office([])
    _ = office.folder.folder("A")
    try office.tool([
      "init", office.replica("A"), "--name", "laptop A", "--author", "person A", "--state", office.state("A"),
    ])
    return office
  }

  private func keyFile(_ office: Office) throws -> String {
    let name = try #require(TemporaryFolder.names(in: office.state("A")).first { $0.hasSuffix(".keys") })
    return office.state("A") + "/" + name
  }

  @Test("set, asked for at a terminal without being shown, changed and taken away; the file holds no key in the clear")
  func wholeWay() throws {
    let office = try office()
    let plain = String(decoding: TemporaryFolder.read(try keyFile(office)), as: UTF8.self)
    let secret = try #require(plain.split(separator: "\n").first?.split(separator: " ").last)
    let quan = try Built.quan.get()
    let set = try TerminalSession.run(
      quan, ["member", "passphrase"] + office.own("A"), typing: ["山青水秀", "山青水秀"])
    #expect(set.status == 0 && set.screen.contains("New passphrase:") && set.screen.contains("under the passphrase"))
    let sealed = String(decoding: TemporaryFolder.read(try keyFile(office)), as: UTF8.self)
    #expect(sealed.contains("scrypt 32768") && !sealed.contains(secret))
    #expect(TemporaryFolder.mode(of: try keyFile(office)) == 0o600)

    // Without it nothing is signed or sealed; what needs no key goes on.
    try office.tool(["add", "student", "name=泉泉"] + office.own("A"))
    let refused = try office.quan("A", "sync", office.stick, status: 13)
    #expect(refused.err.contains("under a passphrase") && refused.err.contains("--passphrase-file"))
    TemporaryFolder.write(Array("wrong\n".utf8), to: office.path("wrong"))
    #expect(
      try office.quan("A", "sync", office.stick, "--passphrase-file", office.path("wrong"), status: 13).err.contains(
        "the passphrase is wrong"))
    let typed = try TerminalSession.run(quan, ["sync", office.stick] + office.own("A"), typing: ["山青水秀"])
    #expect(typed.status == 0 && typed.screen.contains("Passphrase:"))
    TemporaryFolder.write(Array("山青水秀\n".utf8), to: office.path("right"))
    try office.quan("A", "sync", office.stick, "--passphrase-file", office.path("right"))

    // Changed: the old one opens nothing any more.
    TemporaryFolder.write(Array("泉\n".utf8), to: office.path("new"))
    let changed = try office.quan(
      "A", "member", "passphrase", "--passphrase-file", office.path("right"), "--new-passphrase-file",
      office.path("new"))
    #expect(changed.out.contains("changed"))
    try office.quan("A", "add", "student", "name=清清", "--passphrase-file", office.path("right"))
    try office.quan("A", "sync", office.stick, "--passphrase-file", office.path("right"), status: 13)
    try office.quan("A", "sync", office.stick, "--passphrase-file", office.path("new"))
    // Taken away by who knows it, and by nobody else.
    try office.quan("A", "member", "passphrase", "--remove", "--passphrase-file", office.path("wrong"), status: 13)
    try office.quan("A", "member", "passphrase", "--remove", "--passphrase-file", office.path("new"))
    #expect(String(decoding: TemporaryFolder.read(try keyFile(office)), as: UTF8.self) == plain)
    try office.quan("A", "sync", office.stick)
  }

  @Test("two that differ, an empty one, and nobody to type it are refused")
  func refused() throws {
    let office = try office()
    let quan = try Built.quan.get()
    let differ = try TerminalSession.run(quan, ["member", "passphrase"] + office.own("A"), typing: ["one", "two"])
    #expect(differ.status == 1 && differ.screen.contains("not the same"))
    let empty = try TerminalSession.run(quan, ["member", "passphrase"] + office.own("A"), typing: ["", ""])
    #expect(empty.status == 1 && empty.screen.contains("empty"))
    #expect(try office.quan("A", "member", "passphrase", status: 64).err.contains("--new-passphrase-file"))
  }
}
