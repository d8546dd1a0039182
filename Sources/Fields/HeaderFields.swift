/// Headers that few packets have, and that the flow key therefore leaves out: what the datapath parses
/// only for packets whose flow needs it.
///
/// ```
/// byte  0  nd_target        128 bits
///      16  nd_sll            48 bits
///      22  nd_tll            48 bits
///      28  nd_reserved       u32
///      32  ipv6_label        u32   20 bits
///      36  nd_options_type   u8
///      38  vlan_tpid         u16   TPID of the outermost tag; 0 without a tag
///      40  inner vlan_tci    u16   the second tag, with `vlanPresent`; 0 without one
///      42  inner vlan_tpid   u16
///      44  mpls_lse          3 u32 label stack entries, outermost first
///      56  nsh_flags         u8
///      57  nsh_ttl           u8
///      58  nsh_mdtype        u8
///      59  nsh_np            u8
///      60  nsh_spi, nsh_si   u24, u8
///      64  nsh_c1...nsh_c4   4 u32
/// ```
///
/// Network order, zero for a header that is not there. Plain data, any thread.
@frozen
public struct HeaderFields: Hashable, Sendable {
  public var w0: UInt64 = 0, w1: UInt64 = 0, w2: UInt64 = 0, w3: UInt64 = 0, w4: UInt64 = 0
  public var w5: UInt64 = 0, w6: UInt64 = 0, w7: UInt64 = 0, w8: UInt64 = 0, w9: UInt64 = 0

  @inlinable public init() {}

  public static let byteCount = 80

  /// Offsets within the part; add `Flow.Offset.headers` for those within a `Flow`.
  public enum Offset {
    public static let ndTarget = 0, ndSLL = 16, ndTLL = 22, ndReserved = 28
    public static let ipv6Label = 32, ndOptionsType = 36
    public static let vlanTPID = 38, innerVLANTCI = 40, innerVLANTPID = 42
    public static let mplsLSE = 44
    public static let nshFlags = 56, nshTTL = 57, nshMDType = 58, nshNP = 59
    public static let nshPathHeader = 60, nshContext = 64
  }

  /// Sets the bytes of a field, or of several, to zero.
  public mutating func clear(_ offset: Int, _ byteCount: Int) {
    precondition(offset + byteCount <= HeaderFields.byteCount)
    withUnsafeMutableBytes(of: &self) { for i in offset..<offset + byteCount { $0[i] = 0 } }
  }

  @inlinable public var isZero: Bool { w0 | w1 | w2 | w3 | w4 | w5 | w6 | w7 | w8 | w9 == 0 }
}
