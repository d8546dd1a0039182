/// Outer headers of a tunnel that a packet came through, or is to go through.
///
/// ```
/// byte  0  tun_src           u32
///       4  tun_dst           u32
///       8  tun_ipv6_src      128 bits
///      24  tun_ipv6_dst      128 bits
///      40  tun_flags         u16
///      42  tun_tos           u8
///      43  tun_ttl           u8
///      44  tun_gbp_id        u16
///      46  tun_gbp_flags     u8
///      47  tun_gtpu_flags    u8
///      48  tun_gtpu_msgtype  u8
///      49  tun_erspan_ver    u8
///      50  tun_erspan_dir    u8
///      51  tun_erspan_hwid   u8
///      52  tun_erspan_idx    u32
///      56  present options   u64   bit n: tun_metadata n is there
/// ```
///
/// Network order. Plain data, any thread.
@frozen
public struct TunnelFields: Hashable, Sendable {
  public var w0: UInt64 = 0, w1: UInt64 = 0, w2: UInt64 = 0, w3: UInt64 = 0
  public var w4: UInt64 = 0, w5: UInt64 = 0, w6: UInt64 = 0, w7: UInt64 = 0

  @inlinable public init() {}

  public static let byteCount = 64

  /// Offsets within the part; add `Flow.Offset.tunnel` for those within a `Flow`.
  public enum Offset {
    public static let src = 0, dst = 4, ipv6Src = 8, ipv6Dst = 24
    public static let flags = 40, tos = 42, ttl = 43, gbpID = 44, gbpFlags = 46
    public static let gtpuFlags = 47, gtpuMessageType = 48
    public static let erspanVersion = 49, erspanDirection = 50, erspanHardwareID = 51
    public static let erspanIndex = 52, presentOptions = 56
  }
}

extension TunnelFields {
  /// Bit n: the option of tun_metadata n is there. In host order.
  public var presentOptions: UInt64 {
    get { UInt64(bigEndian: w7) }
    set { w7 = newValue.bigEndian }
  }
}
