/// An active connection method: where a peer listens. `unix:FILE`, `tcp:HOST[:PORT]`,
/// `ssl:HOST[:PORT]`; a relative FILE is in the run directory.
public enum Remote: Equatable, Sendable, CustomStringConvertible {
  case unix(String)
  case tcp(HostPort)
  case ssl(HostPort)

  /// Nil if the text is no such method. `defaultPort` is the database's unless told otherwise.
  public init?(_ text: String, defaultPort: UInt16? = 6640) {
    if text.hasPrefix("unix:"), text.count > 5 {
      self = .unix(Paths.absolute(String(text.dropFirst(5)), in: Paths.run))
    } else if text.hasPrefix("tcp:"),
      let address = HostPort(String(text.dropFirst(4)), defaultPort: defaultPort)
    {
      self = .tcp(address)
    } else if text.hasPrefix("ssl:"),
      let address = HostPort(String(text.dropFirst(4)), defaultPort: defaultPort)
    {
      self = .ssl(address)
    } else {
      return nil
    }
  }

  public var isUnix: Bool { if case .unix = self { true } else { false } }

  public var description: String {
    switch self {
    case .unix(let path): "unix:\(path)"
    case .tcp(let address): "tcp:\(address.text)"
    case .ssl(let address): "ssl:\(address.text)"
    }
  }
}

extension HostPort {
  /// As it is written, with brackets around an IPv6 address.
  public var text: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
