import Fields

/// What flow text may refer to besides itself.
public struct TextContext: Sendable {
  /// Numbers of ports by name, tried after the reserved names.
  public var ports: [String: UInt16]
  /// How deep the actions that are being read stand in others.
  var depth = 0

  /// How many lists of actions the parser is inside of.
  var nesting = 0

  /// What tun_metadata fields stand for.
  public var tunnelOptions: TunnelOptionTable?

  public init(ports: [String: UInt16] = [:], tunnelOptions: TunnelOptionTable? = nil) {
    self.ports = ports
    self.tunnelOptions = tunnelOptions
  }

  /// A port's number: a number, a reserved name, or a port's name, perhaps in quotes.
  func port(_ text: some StringProtocol) -> UInt16? {
    if let port = OpenFlowPort.parse(text) { return port }
    var name = String(text)
    if name.count >= 2, name.hasPrefix("\""), name.hasSuffix("\"") {
      name = String(name.dropFirst().dropLast())
    }
    return ports[name]
  }
}
