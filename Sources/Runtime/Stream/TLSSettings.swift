import Glibc
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

  /// Where to save the authority's certificate, if it is still to be learned.
  var missingAuthority: String? {
    guard bootstrap, let authority, access(authority, F_OK) != 0 else { return nil }
    return authority
  }

  /// Throws `TextError` or NIOSSL's errors if files are missing or wrong.
  func clientConfiguration() throws -> TLSConfiguration {
    let (chain, key) = try identity()
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.certificateChain = chain
    configuration.privateKey = key
    try restrict(&configuration)
    return configuration
  }

  /// For the side that is connected to: peers must have a certificate, too.
  func serverConfiguration() throws -> TLSConfiguration {
    if let path = missingAuthority {
      throw TextError("the CA certificate is still to be learned: \(path) does not exist")
    }
    let (chain, key) = try identity()
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain, privateKey: key)
    try restrict(&configuration)
    return configuration
  }

  private func identity() throws -> (
    chain: [NIOSSLCertificateSource], key: NIOSSLPrivateKeySource
  ) {
    guard let privateKey, let certificate, authority != nil else {
      throw TextError(
        "SSL connections need private key, certificate and CA certificate to be configured")
    }
    let chain = try NIOSSLCertificate.fromPEMFile(certificate).map {
      NIOSSLCertificateSource.certificate($0)
    }
    return (chain, .privateKey(try NIOSSLPrivateKey(file: privateKey, format: .pem)))
  }

  private func restrict(_ configuration: inout TLSConfiguration) throws {
    configuration.certificateVerification = .noHostnameVerification
    if missingAuthority == nil, let authority { configuration.trustRoots = .file(authority) }
    if let protocols {
      let versions = try Self.versions(protocols)
      configuration.minimumTLSVersion = versions.lowerBound.nio
      configuration.maximumTLSVersion = versions.upperBound.nio
    }
    if let ciphers { configuration.cipherSuites = ciphers }
  }

  /// From the lowest to the highest version in a list like `TLSv1,TLSv1.2`.
  private static func versions(_ list: String) throws -> ClosedRange<ProtocolVersion> {
    let versions = try list.split { ", \t".contains($0) }.map { word in
      guard let version = ProtocolVersion(String(word)) else {
        throw TextError("\(word): SSL protocol not recognized")
      }
      return version
    }
    guard let low = versions.min(), let high = versions.max() else {
      throw TextError("SSL protocol settings invalid")
    }
    return low...high
  }
}

/// TLS versions in their order.
private enum ProtocolVersion: Int, Comparable {
  case v10, v11, v12, v13

  init?(_ name: String) {
    let names = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]
    guard let index = names.firstIndex(where: name.equalsIgnoringCase) else { return nil }
    self.init(rawValue: index)
  }

  static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

  var nio: TLSVersion {
    switch self {
    case .v10: .tlsv1
    case .v11: .tlsv11
    case .v12: .tlsv12
    case .v13: .tlsv13
    }
  }
}
