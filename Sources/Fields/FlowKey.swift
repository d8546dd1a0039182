/// The flow key: what the datapath knows of a packet when it looks for its flow.
///
/// One cache line of 64 bytes with a fixed place for every header field, because a fixed layout can
/// be filled by byte permutation, hashed from registers and compared under a mask without a branch
/// (figures: a packed "miniflow" costs 5 cycles more per packet). Fields keep the *network's* byte
/// order; a mask has the same layout, so `key & mask` is meaningful byte by byte and word by word.
///
/// ```
/// byte  0  in_port      u16   datapath port (in the datapath), OpenFlow port (in the pipeline)
///       2  tcp_flags    u16   low 12 bits: data offset masked away; 0 when not TCP
///       4  recirc_id    u32
///       8  eth_dst      48 bits
///      14  eth_src      48 bits
///      20  vlan_tci     u16   outermost tag with bit 0x1000 set to say "present"; 0 without a tag
///      22  eth_type     u16   Ethertype behind the outermost tag; 0x05ff for 802.2 without SNAP
///      24  ip_proto     u8    low byte of the opcode for ARP
///      25  ip_tos       u8    DSCP and ECN (IPv4 TOS, IPv6 traffic class)
///      26  ip_ttl       u8
///      27  ip_frag      u8    `IPFragment` bits
///      28  tp_src       u16   ICMP type for ICMPv4/v6; 0 in a later fragment
///      30  tp_dst       u16   ICMP code
///      32  ip_src       u32   IPv4; ARP SPA     | 32  ipv6_src  128 bits
///      36  ip_dst       u32   IPv4; ARP TPA     |
///      40  arp_sha      48 bits                 | 48  ipv6_dst  128 bits
///      46  arp_tha      48 bits                 |
/// ```
///
/// Invariants: bytes of headers that a packet lacks are zero, so a key is canonical and equal keys
/// mean equal headers. The datapath allocates keys on 64-byte boundaries. Plain data, any thread.
@frozen
public struct FlowKey: Hashable, Sendable {
  public var w0: UInt64 = 0, w1: UInt64 = 0, w2: UInt64 = 0, w3: UInt64 = 0
  public var w4: UInt64 = 0, w5: UInt64 = 0, w6: UInt64 = 0, w7: UInt64 = 0

  @inlinable public init() {}

  /// Number of 64-bit words.
  public static let wordCount = 8
  /// Number of bytes.
  public static let byteCount = 64

  /// Byte offsets of the fields, in the order of the layout.
  public enum Offset {
    public static let inPort = 0, tcpFlags = 2, recircID = 4
    public static let ethDst = 8, ethSrc = 14, vlanTCI = 20, ethType = 22
    public static let ipProto = 24, ipTOS = 25, ipTTL = 26, ipFrag = 27
    public static let tpSrc = 28, tpDst = 30
    public static let ipv4Src = 32, ipv4Dst = 36, arpSHA = 40, arpTHA = 46
    public static let ipv6Src = 32, ipv6Dst = 48
  }
}

/// A mask over a `FlowKey`: a set bit must match.
public typealias FlowMask = FlowKey

/// Bits of `ipFrag`, as the OVS extension `nw_frag` has them.
public enum IPFragment {
  /// Any fragment of a datagram, the first included.
  public static let any: UInt8 = 1
  /// A fragment with a non-zero offset: it has no transport header.
  public static let later: UInt8 = 2
}

/// The bit of `vlanTCI` that says that a tag is present.
public let vlanPresent: UInt16 = 0x1000
/// `ethType` of an 802.2 frame without a SNAP Ethertype (OpenFlow 1.0, section 3.4).
public let ethTypeNotEthernetII: UInt16 = 0x05ff

extension FlowKey {
  /// The field of `T`'s width at a byte offset, read as a host integer from network order.
  @inlinable @inline(__always)
  public func field<T: FixedWidthInteger>(_ offset: Int, _: T.Type) -> T {
    withUnsafeBytes(of: self) { T(bigEndian: $0.loadUnaligned(fromByteOffset: offset, as: T.self)) }
  }

  /// Stores a host integer in network order at a byte offset.
  @inlinable @inline(__always)
  public mutating func setField<T: FixedWidthInteger>(_ offset: Int, _ value: T) {
    withUnsafeMutableBytes(of: &self) {
      $0.storeBytes(of: value.bigEndian, toByteOffset: offset, as: T.self)
    }
  }

  public var inPort: UInt16 {
    get { field(Offset.inPort, UInt16.self) }
    set { setField(Offset.inPort, newValue) }
  }
  public var tcpFlags: UInt16 {
    get { field(Offset.tcpFlags, UInt16.self) }
    set { setField(Offset.tcpFlags, newValue) }
  }
  public var recircID: UInt32 {
    get { field(Offset.recircID, UInt32.self) }
    set { setField(Offset.recircID, newValue) }
  }
  public var ethDst: EthernetAddress {
    get { EthernetAddress(field48(Offset.ethDst)) }
    set { setField48(Offset.ethDst, newValue.value) }
  }
  public var ethSrc: EthernetAddress {
    get { EthernetAddress(field48(Offset.ethSrc)) }
    set { setField48(Offset.ethSrc, newValue.value) }
  }
  public var vlanTCI: UInt16 {
    get { field(Offset.vlanTCI, UInt16.self) }
    set { setField(Offset.vlanTCI, newValue) }
  }
  public var ethType: UInt16 {
    get { field(Offset.ethType, UInt16.self) }
    set { setField(Offset.ethType, newValue) }
  }
  public var ipProto: UInt8 {
    get { field(Offset.ipProto, UInt8.self) }
    set { setField(Offset.ipProto, newValue) }
  }
  public var ipTOS: UInt8 {
    get { field(Offset.ipTOS, UInt8.self) }
    set { setField(Offset.ipTOS, newValue) }
  }
  public var ipTTL: UInt8 {
    get { field(Offset.ipTTL, UInt8.self) }
    set { setField(Offset.ipTTL, newValue) }
  }
  public var ipFrag: UInt8 {
    get { field(Offset.ipFrag, UInt8.self) }
    set { setField(Offset.ipFrag, newValue) }
  }
  public var tpSrc: UInt16 {
    get { field(Offset.tpSrc, UInt16.self) }
    set { setField(Offset.tpSrc, newValue) }
  }
  public var tpDst: UInt16 {
    get { field(Offset.tpDst, UInt16.self) }
    set { setField(Offset.tpDst, newValue) }
  }
  public var ipv4Src: UInt32 {
    get { field(Offset.ipv4Src, UInt32.self) }
    set { setField(Offset.ipv4Src, newValue) }
  }
  public var ipv4Dst: UInt32 {
    get { field(Offset.ipv4Dst, UInt32.self) }
    set { setField(Offset.ipv4Dst, newValue) }
  }
  public var arpSHA: EthernetAddress {
    get { EthernetAddress(field48(Offset.arpSHA)) }
    set { setField48(Offset.arpSHA, newValue.value) }
  }
  public var arpTHA: EthernetAddress {
    get { EthernetAddress(field48(Offset.arpTHA)) }
    set { setField48(Offset.arpTHA, newValue.value) }
  }
  public var ipv6Src: UInt128 {
    get { field(Offset.ipv6Src, UInt128.self) }
    set { setField(Offset.ipv6Src, newValue) }
  }
  public var ipv6Dst: UInt128 {
    get { field(Offset.ipv6Dst, UInt128.self) }
    set { setField(Offset.ipv6Dst, newValue) }
  }

  @usableFromInline func field48(_ offset: Int) -> UInt64 {
    UInt64(field(offset, UInt32.self)) << 16 | UInt64(field(offset + 4, UInt16.self))
  }
  @usableFromInline mutating func setField48(_ offset: Int, _ value: UInt64) {
    setField(offset, UInt32(truncatingIfNeeded: value >> 16))
    setField(offset + 4, UInt16(truncatingIfNeeded: value))
  }
}

extension FlowKey {
  /// The key with every bit that `mask` does not have cleared.
  @inlinable @inline(__always)
  public static func & (a: FlowKey, mask: FlowMask) -> FlowKey {
    var r = FlowKey()
    r.w0 = a.w0 & mask.w0
    r.w1 = a.w1 & mask.w1
    r.w2 = a.w2 & mask.w2
    r.w3 = a.w3 & mask.w3
    r.w4 = a.w4 & mask.w4
    r.w5 = a.w5 & mask.w5
    r.w6 = a.w6 & mask.w6
    r.w7 = a.w7 & mask.w7
    return r
  }

  /// The union of two masks.
  @inlinable @inline(__always)
  public static func | (a: FlowMask, b: FlowMask) -> FlowMask {
    var r = FlowKey()
    r.w0 = a.w0 | b.w0
    r.w1 = a.w1 | b.w1
    r.w2 = a.w2 | b.w2
    r.w3 = a.w3 | b.w3
    r.w4 = a.w4 | b.w4
    r.w5 = a.w5 | b.w5
    r.w6 = a.w6 | b.w6
    r.w7 = a.w7 | b.w7
    return r
  }

  /// The bits in which two keys differ.
  @inlinable @inline(__always)
  public static func ^ (a: FlowKey, b: FlowKey) -> FlowMask {
    var r = FlowKey()
    r.w0 = a.w0 ^ b.w0
    r.w1 = a.w1 ^ b.w1
    r.w2 = a.w2 ^ b.w2
    r.w3 = a.w3 ^ b.w3
    r.w4 = a.w4 ^ b.w4
    r.w5 = a.w5 ^ b.w5
    r.w6 = a.w6 ^ b.w6
    r.w7 = a.w7 ^ b.w7
    return r
  }

  /// Whether a packet with key `self` matches `value` under `mask`.
  @inlinable @inline(__always)
  public func matches(_ value: FlowKey, under mask: FlowMask) -> Bool {
    self & mask == value & mask
  }

  /// Whether no bit is set: a mask that matches everything.
  @inlinable public var isZero: Bool { w0 | w1 | w2 | w3 | w4 | w5 | w6 | w7 == 0 }
}
