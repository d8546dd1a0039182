/// `HOST:PORT`, `[V6HOST]:PORT`, or `HOST` alone where there is a default port.
public struct HostPort: Equatable, Sendable {
  public var host: String
  public var port: UInt16

  public init?(_ text: String, defaultPort: UInt16?) {
    let hostPart: Substring
    var portPart: Substring = ""
    if text.hasPrefix("[") {
      guard let close = text.firstIndex(of: "]") else { return nil }
      hostPart = text[text.index(after: text.startIndex)..<close]
      let rest = text[text.index(after: close)...]
      guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
      portPart = rest.dropFirst()
    } else {
      let pieces = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      hostPart = pieces[0]
      if pieces.count > 1 { portPart = pieces[1] }
    }
    guard !hostPart.isEmpty, let port = portPart.isEmpty ? defaultPort : UInt16(portPart) else {
      return nil
    }
    host = String(hostPart)
    self.port = port
  }
}
