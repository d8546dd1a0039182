import NIOSSL

/// Keys and certificates for `ssl:` connections: from the command line or from the table SSL.
public struct TLSSettings: Equatable, Sendable {
  public var privateKey: String?
  public var certificate: String?
  /// Certificate of the authority that signs peers.
  public private(set) var authority: String?
  /// Whether to take the authority's certificate from the first peer if its file does not exist yet.
  public private(set) var bootstrap = false
  /// Sent to peers in addition, so that they can bootstrap.
  public var peerAuthority: String?
  public var protocols: String?
  public var ciphers: String?

  public init() {}

  public mutating func setAuthority(_ path: String, bootstrap: Bool) {
    authority = path
    self.bootstrap = bootstrap
  }
}
