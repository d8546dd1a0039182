/// The outer headers of a tunnel. The tunnel's key stands in `Registers`.
extension MatchField {
  private static let tunnel = Flow.Offset.tunnel

  public static let tunnelSrc = MatchField(
    "tun_src", at: tunnel + TunnelFields.Offset.src, bytes: 4, .ipv4,
    nxm: .nxmNX(31, bytes: 4, "TUN_IPV4_SRC"))
  public static let tunnelDst = MatchField(
    "tun_dst", at: tunnel + TunnelFields.Offset.dst, bytes: 4, .ipv4,
    nxm: .nxmNX(32, bytes: 4, "TUN_IPV4_DST"))
  public static let tunnelIPv6Src = MatchField(
    "tun_ipv6_src", at: tunnel + TunnelFields.Offset.ipv6Src, bytes: 16, .ipv6,
    nxm: .nxmNX(109, bytes: 16, "TUN_IPV6_SRC"))
  public static let tunnelIPv6Dst = MatchField(
    "tun_ipv6_dst", at: tunnel + TunnelFields.Offset.ipv6Dst, bytes: 16, .ipv6,
    nxm: .nxmNX(110, bytes: 16, "TUN_IPV6_DST"))
  public static let tunnelFlags = MatchField(
    "tun_flags", at: tunnel + TunnelFields.Offset.flags, bytes: 2, bits: 1, .tunnelFlags,
    nxm: .nxmNX(104, bytes: 2, "TUN_FLAGS"))
  public static let tunnelTTL = MatchField(
    "tun_ttl", at: tunnel + TunnelFields.Offset.ttl, bytes: 1, .decimal, maskable: .none,
    writable: false)
  public static let tunnelTOS = MatchField(
    "tun_tos", at: tunnel + TunnelFields.Offset.tos, bytes: 1, .decimal, maskable: .none,
    writable: false)
  public static let tunnelGBPID = MatchField(
    "tun_gbp_id", at: tunnel + TunnelFields.Offset.gbpID, bytes: 2, .decimal,
    nxm: .nxmNX(38, bytes: 2, "TUN_GBP_ID"))
  public static let tunnelGBPFlags = MatchField(
    "tun_gbp_flags", at: tunnel + TunnelFields.Offset.gbpFlags, bytes: 1, .hexadecimal,
    nxm: .nxmNX(39, bytes: 1, "TUN_GBP_FLAGS"))

  public static let tunnelERSPANIndex = MatchField(
    "tun_erspan_idx", at: tunnel + TunnelFields.Offset.erspanIndex, bytes: 4, bits: 20,
    .hexadecimal, oxm: .nxoxmET(11, bytes: 4, "ERSPAN_IDX"))
  public static let tunnelERSPANVersion = MatchField(
    "tun_erspan_ver", at: tunnel + TunnelFields.Offset.erspanVersion, bytes: 1, bits: 4, .decimal,
    oxm: .nxoxmET(12, bytes: 1, "ERSPAN_VER"))
  public static let tunnelERSPANDirection = MatchField(
    "tun_erspan_dir", at: tunnel + TunnelFields.Offset.erspanDirection, bytes: 1, bits: 1,
    .decimal, oxm: .nxoxmET(13, bytes: 1, "ERSPAN_DIR"))
  public static let tunnelERSPANHardwareID = MatchField(
    "tun_erspan_hwid", at: tunnel + TunnelFields.Offset.erspanHardwareID, bytes: 1, bits: 6,
    .hexadecimal, oxm: .nxoxmET(14, bytes: 1, "ERSPAN_HWID"))

  public static let tunnelGTPUFlags = MatchField(
    "tun_gtpu_flags", at: tunnel + TunnelFields.Offset.gtpuFlags, bytes: 1, .hexadecimal,
    writable: false, oxm: .nxoxmET(15, bytes: 1, "GTPU_FLAGS"))
  public static let tunnelGTPUMessageType = MatchField(
    "tun_gtpu_msgtype", at: tunnel + TunnelFields.Offset.gtpuMessageType, bytes: 1, .decimal,
    writable: false, oxm: .nxoxmET(16, bytes: 1, "GTPU_MSGTYPE"))
}

/// Bits of `tun_flags`. Matches and actions know only the first.
public enum TunnelFlags {
  public static let oam: UInt16 = 1 << 0
  public static let dontFragment: UInt16 = 1 << 1
  public static let checksum: UInt16 = 1 << 2
  public static let key: UInt16 = 1 << 3
  public static let all: UInt16 = 0xf
}
