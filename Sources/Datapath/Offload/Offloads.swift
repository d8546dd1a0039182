import CDPDKShim

/// Work that a sender left to "hardware": the checksum of a transport header, and the cutting of a long
/// TCP (or UDP) packet into segments. A guest, or the host behind a tap, hands over frames of up to
/// 64 KiB whose checksum field means nothing; whoever cuts them pays per packet, so they stay whole as
/// far as they go, which usually is the other guest.
///
/// **A request** travels in the packet's buffer: flags of DPDK that say that a received checksum is not
/// there but the data is good, and the size of segments (`pb_mbuf_needs_checksum`,
/// `pb_mbuf_segment_size`). It names no offsets. So a program may push tags, change addresses and
/// recirculate as it likes: headers are looked for when the packet leaves (`TransportHeaders`), and
/// checksums are computed from nothing, whatever the field holds.
///
/// **At a port's flush** (`WorkerPort+Offloads`) each request is settled: the far end takes the packet
/// as it is (`Offloads` says what it can), or the checksum is completed and the packet cut here
/// (`FrameSegmenter`). What leaves the datapath in another way is settled there: copies for the
/// control side (`Worker+Punt`), packets that are cut off (`outputShort`).
///
/// **Merging**: what then goes to a guest or a tap that takes long frames is looked through for segments
/// that could have been one (`SegmentMerger`).
///
/// **Others do not pay**: as long as no packet of the process ever had a request, a flush asks one word.
///
/// **Length**: a packet that will be cut is as long, to the output's maximum and to `checkLength`, as
/// its longest segment (`wireLength`).
///
/// **Bad requests** (no such header, lengths that contradict each other, segments of a few bytes, which
/// would make one frame thousands of packets) end as `DropReason.txInvalidOffload`.
public struct Offloads: OptionSet, Sendable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Checksums of TCP and UDP, and that of SCTP.
  static let checksum = Offloads(rawValue: 1)
  static let sctpChecksum = Offloads(rawValue: 2)
  /// TCP over IPv4 and IPv6; UDP into datagrams of their own, not fragments.
  static let tcpv4 = Offloads(rawValue: 4)
  static let tcpv6 = Offloads(rawValue: 8)
  static let udp = Offloads(rawValue: 16)
  /// The IPv4 checksum of what it cuts; who cannot takes over the long packet's own.
  static let ipChecksum = Offloads(rawValue: 32)

  /// What the kernel takes with a `pb_offload` before a frame: through a tap and a packet socket.
  static let tap: Offloads = [.checksum, .tcpv4, .tcpv6]
  static let packetSocket: Offloads = [.checksum, .tcpv4, .tcpv6, .udp]

  /// Bits of `PB_TX_*`.
  public init(ethdev bits: UInt8) {
    self = []
    if UInt32(bits) & PB_TX_CHECKSUM != 0 { insert(.checksum) }
    if UInt32(bits) & PB_TX_SCTP_CHECKSUM != 0 { insert(.sctpChecksum) }
    if UInt32(bits) & PB_TX_IP_CHECKSUM != 0 { insert(.ipChecksum) }
    if UInt32(bits) & PB_TX_TCP_SEGMENTS != 0 { formUnion([.tcpv4, .tcpv6]) }
  }

  /// As OVS (since 3.3) shows it in the column `status`.
  public func texts(_ direction: String) -> [String: String] {
    func has(_ set: Offloads) -> String { "\(isSuperset(of: set))" }
    return [
      "\(direction)_tcp_csum_offload": has(.checksum),
      "\(direction)_udp_csum_offload": has(.checksum),
      "\(direction)_sctp_csum_offload": has(.sctpChecksum),
      "\(direction)_tcp_seg_offload": has([.tcpv4, .tcpv6]),
    ]
  }

  /// Whether it takes a packet with these headers, to be cut if `isLong`.
  func takes(_ headers: TransportHeaders, isLong: Bool) -> Bool {
    guard headers.isPlain else { return false }
    switch headers.proto {
    case IPProtocol.tcp:
      guard contains(.checksum) else { return false }
      return !isLong || contains(headers.isIPv6 ? .tcpv6 : .tcpv4)
    case IPProtocol.udp: return contains(isLong ? [.checksum, .udp] : .checksum)
    default: return !isLong && contains(.sctpChecksum)
    }
  }
}

/// Bytes of the longest frame on a wire that the packet becomes.
func wireLength(_ packet: OpaquePointer) -> UInt32 {
  let size = pb_mbuf_segment_size(packet)
  let length = pb_mbuf_packet_length(packet)
  guard size > 0, let data = pb_mbuf_data(packet),
    let headers = TransportHeaders(data, length: Int(pb_mbuf_length(packet)))
  else { return length }
  return min(length, UInt32(truncatingIfNeeded: headers.payload) &+ size)
}
