/// A passive connection method: where we listen. `punix:FILE`, `ptcp:[PORT][:IP]`, `pssl:[PORT][:IP]`;
/// a relative FILE is in the run directory, no IP means all addresses.
public enum PassiveRemote: Equatable, Sendable {
  case unix(String)
  case tcp(port: UInt16, address: String?)
  case ssl(port: UInt16, address: String?)

  /// Nil if the text is no such method.
  public init?(_ text: String, defaultPort: UInt16) {
    let pieces = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard pieces.count == 2 else { return nil }
    let rest = String(pieces[1])
    switch pieces[0] {
    case "punix":
      guard !rest.isEmpty else { return nil }
      self = .unix(Paths.absolute(rest, in: Paths.run))
    case "ptcp", "pssl":
      guard let (port, address) = Self.parse(rest, defaultPort) else { return nil }
      self =
        pieces[0] == "ptcp"
        ? .tcp(port: port, address: address) : .ssl(port: port, address: address)
    default: return nil
    }
  }

  private static func parse(_ text: String, _ defaultPort: UInt16) -> (UInt16, String?)? {
    let pieces = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let port = pieces[0].isEmpty ? defaultPort : UInt16(pieces[0]) else { return nil }
    guard pieces.count == 2 else { return (port, nil) }
    var address = pieces[1]
    if address.hasPrefix("["), address.hasSuffix("]") { address = address.dropFirst().dropLast() }
    return (port, address.isEmpty ? nil : String(address))
  }

  public var isUnix: Bool { if case .unix = self { true } else { false } }
}
