import OpenFlow
import Runtime

/// What the Controller table says of one controller, or what goes without saying for a bridge's own
/// sockets. Times in seconds, as OVS counts them.
public struct ControllerSettings: Hashable, Sendable {
  public enum Kind: String, Sendable {
    /// Rules the bridge: without it there is a fail mode, and it is told what happens.
    case primary
    /// Comes and goes, like `ovs-ofctl`; gets no news unless it asks for some.
    case service
  }

  public var kind = Kind.service
  /// The most that is waited between two attempts to connect.
  public var maxBackoff: Int64 = 8
  /// Silence after which the other side is asked whether it is there; 0 for never.
  public var probeInterval: Int64 = 60
  /// Whether the way to the controller leads through the bridge itself.
  public var isInBand = false
  /// Whether it gets news before it says which it wants.
  public var enablesAsync = true
  /// Versions that may be spoken (`Bridge.protocols`).
  public var versions = VersionSet.supported
  /// Packet-ins that wait for the connection at most.
  public var queueSize = ControllerSettings.defaultQueueSize
  /// Packet-ins per second, and at once; 0 for no limit.
  public var rateLimit = 0
  public var burstLimit = 0
  /// Class of service of the connection's packets.
  public var dscp = ControllerSettings.defaultDSCP

  public static let defaultQueueSize = 100
  /// Internetwork control.
  public static let defaultDSCP = 48
  public static let defaultPort: UInt16 = 6653

  public init(_ kind: Kind = .service) { self.kind = kind }

  /// Milliseconds of silence that are borne; nil for any.
  var probeMilliseconds: Int64? { probeInterval > 0 ? max(5, probeInterval) &* 1000 : nil }
  var maxBackoffMilliseconds: Int64 { max(1, maxBackoff) &* 1000 }
}

/// Where a controller is to be found: an active one listens somewhere, a passive one connects to us.
public enum ControllerTarget: Equatable, Sendable {
  case active(Remote)
  case passive(PassiveRemote)

  /// Nil if the text is no connection method.
  public init?(_ text: String) {
    if let remote = Remote(text, defaultPort: ControllerSettings.defaultPort) {
      self = .active(remote)
    } else if let remote = PassiveRemote(text, defaultPort: ControllerSettings.defaultPort) {
      self = .passive(remote)
    } else {
      return nil
    }
  }

  public var isActive: Bool { if case .active = self { true } else { false } }
}

/// How a connection is, for the Controller table.
public struct ControllerStatus: Equatable, Sendable {
  public var isConnected = false
  /// Of the connection that is there.
  public var role: ControllerRole?
  /// Column `status`.
  public var status: [String: String] = [:]
  public init() {}
}
