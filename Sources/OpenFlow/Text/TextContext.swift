/// What flow text may refer to besides itself.
public struct TextContext: Sendable {
  /// Numbers of ports by name, tried after the reserved names.
  public var ports: [String: UInt16]

  public init(ports: [String: UInt16] = [:]) { self.ports = ports }

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
