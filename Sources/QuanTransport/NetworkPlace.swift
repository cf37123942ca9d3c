/// A place on a network, as it is written.
enum NetworkPlace {
  /// `HOST:PORT`, with brackets around an IPv6 address.
  static func text(_ host: String, _ port: Int) -> String {
    host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
  }
}
