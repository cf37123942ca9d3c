/// A place on a network, as people write it: `HOST:PORT`, or `[ADDRESS]:PORT` for IPv6.
struct NetworkAddress: Hashable {
  let host: String
  let port: Int

  /// What a text means; `nil` when it is no place on a network.
  init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
      (0...65535).contains(port)
    else { return nil }
    var host = String(text[..<colon])
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = String(host.dropFirst().dropLast())
    } else if host.contains(":") {
      return nil
    }
    guard !host.isEmpty, !host.contains("/") else { return nil }
    self.host = host
    self.port = port
  }
}
