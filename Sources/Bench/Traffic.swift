import Fields

/// What to send. Sizes are those of the wire, from the first byte of the Ethernet header to the last
/// of the frame check sequence, as RFC 2544 counts them; buffers hold 4 bytes less.
public struct Traffic: Equatable, Sendable {
  public enum IP: String, CaseIterable, Sendable {
    case v4 = "4"
    case v6 = "6"
    case mix
  }
  public enum Transport: String, CaseIterable, Sendable { case udp, tcp, mix }

  /// Frame sizes, one after the other.
  public var sizes = [64]
  /// Number of flows, each with addresses and ports of its own.
  public var flows = 1
  /// The n-th flow has weight 1/n; otherwise flows take turns.
  public var isZipf = false
  /// VLAN ids, the outermost first; at most two.
  public var vlans: [UInt16] = []
  public var ip = IP.v4
  public var transport = Transport.udp
  public var sourceMAC = EthernetAddress(0x02_00_00_00_00_01)
  public var destinationMAC = EthernetAddress(0x02_00_00_00_00_02)
  /// The first of the flows' addresses. RFC 2544 keeps 198.18.0.0/15 for tests.
  public var source: UInt32 = 0xc612_0000
  public var destination: UInt32 = 0xc613_0000

  public init() {}

  public static let checkSequence = 4
  public static let maxSize = 9600
  public static let maxFlows = Signature.maxFlows
  /// Of 12 frames 7, 4 and 1, spread.
  public static let imix = [64, 594, 64, 64, 594, 64, 1518, 64, 594, 64, 594, 64]

  /// The shapes that frames have, by the bits of a flow's number (`shapeMask`).
  var shapes: [FrameShape] {
    let families = ip == .mix ? [false, true] : [ip == .v6]
    let transports = transport == .mix ? [false, true] : [transport == .tcp]
    return transports.flatMap { isTCP in
      families.map { FrameShape(isIPv6: $0, isTCP: isTCP, tags: vlans.count) }
    }
  }

  /// The least size that all shapes can have. Smaller frames are made longer.
  public var leastSize: Int { shapes.map(\.leastSize).max() ?? 64 }

  /// The longest frame, in bytes of a buffer.
  var longest: Int { max(sizes.max() ?? 64, leastSize) - Traffic.checkSequence }
}

/// Which headers a frame has, and where.
struct FrameShape: Equatable {
  var isIPv6: Bool
  var isTCP: Bool
  var tags: Int

  var network: Int { 14 + 4 * tags }
  var transport: Int { network + (isIPv6 ? 40 : 20) }
  var payload: Int { transport + (isTCP ? 20 : 8) }
  /// Of the checksum in the transport header.
  var checksum: Int { transport + (isTCP ? 16 : 6) }
  var leastSize: Int { max(64, payload + Signature.length + Traffic.checkSequence) }
}
