/// A match field: where it lies in a `Flow`, how it is named in text and on the wire, what must be
/// matched before it makes sense. One record per field; the parser, the formatter and the codecs of
/// matches and of `set_field`/`load`/`move` all read it (ovs-fields(7) is the source of each row).
///
/// Records are grouped by header in the files beside this one and listed in `MatchFieldCatalog`.
public struct MatchField: Sendable {
  /// The name in flow text (`nw_src`); `extraName` is the OXM spelling (`ip_src`) where it differs.
  public let name: String
  public let extraName: String?
  /// Where the field lies in a `Flow`: `bits` bits at the low end of `bytes` bytes from `offset`.
  public let offset: Int
  public let bytes: Int
  public let bits: Int
  public let maskable: Maskable
  public let format: Format
  public let prerequisite: Prerequisite
  public let writable: Bool
  /// NXM header class and field (OpenFlow 1.0 Nicira extension), nil when there is none.
  public let nxm: Header?
  /// OXM header class and field (OpenFlow 1.2 and later), nil when there is none.
  public let oxm: Header?

  public struct Header: Hashable, Sendable {
    public let oxmClass: UInt16
    public let field: UInt8
    public init(_ oxmClass: UInt16, _ field: UInt8) {
      self.oxmClass = oxmClass
      self.field = field
    }
  }

  public enum Maskable: Sendable { case none, arbitrary }

  /// How the value is written in flow text.
  public enum Format: Sendable {
    case decimal, hexadecimal, ethernet, ipv4, ipv6, ofPort, fragment, tcpFlags
  }

  /// What a match must already say for this field to be allowed (ovs-fields(7), "Prerequisites").
  public enum Prerequisite: Sendable {
    case none, vlanVID, arp, ipv4, ipv6, ipAny, tcp, udp, sctp, icmp, icmpv6
  }

  public init(
    _ name: String, _ extraName: String? = nil, at offset: Int, bytes: Int, bits: Int? = nil,
    _ format: Format, maskable: Maskable = .arbitrary, needs prerequisite: Prerequisite = .none,
    writable: Bool = true, nxm: Header? = nil, oxm: Header? = nil
  ) {
    self.name = name
    self.extraName = extraName
    self.offset = offset
    self.bytes = bytes
    self.bits = bits ?? bytes * 8
    self.maskable = maskable
    self.format = format
    self.prerequisite = prerequisite
    self.writable = writable
    self.nxm = nxm
    self.oxm = oxm
  }

  /// All ones in the field's width.
  public var allOnes: UInt128 { bits == 128 ? .max : (1 << UInt128(bits)) - 1 }

  /// The field's value in `flow`, right-aligned.
  public func value(in flow: Flow) -> UInt128 { flow.bytes(offset, bytes) & allOnes }

  /// Stores `value` under `mask` (both right-aligned) into `flow`; other bits keep their values.
  public func store(_ value: UInt128, mask: UInt128, in flow: inout Flow) {
    let mask = mask & allOnes
    let old = flow.bytes(offset, bytes)
    flow.setBytes(offset, bytes, (old & ~mask) | (value & mask))
  }
}
