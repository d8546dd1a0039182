/// What is known of a packet that is in none of its headers: marks, hash, connection tracking, and
/// what a translation has collected.
///
/// ```
/// byte  0  pkt_mark        u32
///       4  skb_priority    u32
///       8  dp_hash         u32
///      12  packet_type     u32   namespace << 16 | type
///      16  conj_id         u32
///      20  actset_output   u32   an OpenFlow port with 32 bits
///      24  ct_state        u32
///      28  ct_mark         u32
///      32  ct_label        128 bits
///      48  ct_zone         u16
///      50  ct_nw_proto     u8
///      52  ct_tp_src       u16
///      54  ct_tp_dst       u16
///      56  ct_nw_src       u32
///      60  ct_nw_dst       u32
///      64  ct_ipv6_src     128 bits
///      80  ct_ipv6_dst     128 bits
/// ```
///
/// Network order. Plain data, any thread.
@frozen
public struct StateFields: Hashable, Sendable {
  public var w0: UInt64 = 0, w1: UInt64 = 0, w2: UInt64 = 0, w3: UInt64 = 0
  public var w4: UInt64 = 0, w5: UInt64 = 0, w6: UInt64 = 0, w7: UInt64 = 0
  public var w8: UInt64 = 0, w9: UInt64 = 0, w10: UInt64 = 0, w11: UInt64 = 0

  @inlinable public init() {}

  public static let byteCount = 96

  /// Offsets within the part; add `Flow.Offset.state` for those within a `Flow`.
  public enum Offset {
    public static let pktMark = 0, skbPriority = 4, dpHash = 8, packetType = 12
    public static let conjID = 16, actsetOutput = 20
    public static let ctState = 24, ctMark = 28, ctLabel = 32, ctZone = 48, ctNWProto = 50
    public static let ctTPSrc = 52, ctTPDst = 54, ctNWSrc = 56, ctNWDst = 60
    public static let ctIPv6Src = 64, ctIPv6Dst = 80
  }
}
