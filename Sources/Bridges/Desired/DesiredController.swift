import OVSDB
import OpenFlow
import Pipeline
import Runtime

/// A row of the Controller table that a bridge refers to.
public struct DesiredController: Equatable, Sendable {
  public var target: String
  public var uuid: UUID
  public var settings: ControllerSettings
  /// Where the bridge's own port is to be reached, for in-band control without DHCP.
  public var localAddress: LocalAddress?
}

/// Columns `local_ip`, `local_netmask`, `local_gateway`.
public struct LocalAddress: Equatable, Sendable {
  public var address: UInt32
  public var mask: UInt32
  public var gateway: UInt32?
}

extension DesiredController {
  /// - Parameter bridge: what the bridge says of all its controllers.
  init?(_ row: Row, _ bridge: DesiredBridge) {
    guard let target = row.string("target") else { return nil }
    var s = ControllerSettings(Self.kind(target, row.string("type")))
    s.maxBackoff = row.int("max_backoff").map { max(0, $0) / 1000 } ?? 8
    s.probeInterval = row.int("inactivity_probe").map(Self.seconds) ?? 5
    s.isInBand = (row.string("connection_mode") ?? "in-band") == "in-band" && !bridge.disablesInBand
    s.enablesAsync = row.bool("enable_async_messages") ?? true
    s.versions = bridge.versions
    s.queueSize = row.int("controller_queue_size").flatMap { Int(exactly: $0) } ?? bridge.queueSize
    s.rateLimit = row.int("controller_rate_limit").flatMap { Int(exactly: $0) } ?? 0
    s.burstLimit = row.int("controller_burst_limit").flatMap { Int(exactly: $0) } ?? 0
    if let dscp = row.map("other_config")["dscp"].flatMap({ Int($0) }), (0...63).contains(dscp) {
      s.dscp = dscp
    }
    self.init(
      target: target, uuid: row.uuid, settings: s, localAddress: LocalAddress(row))
  }

  /// Who connects to us only visits, unless the row says otherwise.
  private static func kind(_ target: String, _ type: String?) -> ControllerSettings.Kind {
    if let type { return type == "primary" ? .primary : .service }
    return ControllerTarget(target)?.isActive == true ? .primary : .service
  }

  private static func seconds(_ milliseconds: Int64) -> Int64 {
    milliseconds <= 0 ? 0 : max(1, milliseconds / 1000)
  }
}

extension LocalAddress {
  init?(_ row: Row) {
    guard let address = row.string("local_ip").flatMap({ IPv4Text.parse($0) }) else { return nil }
    self.address = address
    let given = row.string("local_netmask").flatMap { IPv4Text.parse($0) } ?? 0
    mask = given != 0 ? given : Self.usualMask(address)
    gateway = row.string("local_gateway").flatMap { IPv4Text.parse($0) }
    if gateway == 0 { gateway = nil }
  }

  /// By the address's class.
  static func usualMask(_ address: UInt32) -> UInt32 {
    switch address >> 29 {
    case 0...3: 0xff00_0000
    case 4, 5: 0xffff_0000
    case 6: 0xffff_ff00
    default: 0
    }
  }
}

// MARK: -

/// Targets that whoever may write the database must not choose freely: with them it could connect to,
/// or take the place of, any socket of this machine.
struct Confinement {
  private let bridge: String

  private static let limit = LogRateLimit(1, 5)

  init(bridge: String) { self.bridge = bridge }

  func allows(_ target: String) -> Bool {
    let run = Paths.run
    if target.hasPrefix("unix:") {
      let allowed = "unix:\(run)/"
      if !target.contains("/") || Self.path(target, startsWith: allowed) { return true }
      log.errRL(
        Self.limit,
        "bridge \(bridge): Not connecting to socket controller \"\(target)\" due to possibility for "
          + "remote exploit.  Instead, specify socket in permitted directory \"\(allowed)\" or "
          + "connect to \"unix:\(run)/\(bridge).mgmt\" (which is always available without special "
          + "configuration).")
      return false
    }
    guard target.hasPrefix("punix:") else { return true }
    let allowed = "punix:\(run)/\(bridge)."
    if Self.path(target, startsWith: allowed), !target.dropFirst(allowed.count).contains("/") {
      return true
    }
    log.errRL(
      Self.limit,
      "bridge \(bridge): Not adding Unix domain socket controller \"\(target)\" due to possibility "
        + "of overwriting local files. Instead, specify path in permitted format \"\(allowed)*\" or "
        + "connect to \"unix:\(run)/\(bridge).mgmt\" (which is always available without special "
        + "configuration).")
    return false
  }

  /// Any number of slashes is as good as one.
  private static func path(_ path: String, startsWith start: String) -> Bool {
    func squeezed(_ text: String) -> String {
      var result = ""
      for letter in text where letter != "/" || result.last != "/" { result.append(letter) }
      return result
    }
    return squeezed(path).hasPrefix(squeezed(start)) && !path.contains("/../")
  }
}
