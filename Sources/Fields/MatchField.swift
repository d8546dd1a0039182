/// A match field: where it lies in a `Flow`, how it is named in text and on the wire, what must be
/// matched before it makes sense. One record per field; the parser, the formatter and the codecs of
/// matches and of `set_field`/`load`/`move` all read it (ovs-fields(7) is the source of each row).
///
/// Records are grouped by header in the files beside this one and listed in `MatchFieldCatalog`.
public struct MatchField: Sendable {
  /// The name in `set_field` (`ip_src`); `extraName` is the older spelling (`nw_src`), where there is
  /// one. Flow text reads both; matches are printed with the older one.
  public let name: String
  public let extraName: String?
  /// Where the field lies in a `Flow`: `bits` bits, `shift` bits above the low end of the `bytes`
  /// bytes from `offset`.
  public let offset: Int
  public let bytes: Int
  public let bits: Int
  public let shift: Int
  /// How wide actions take the field to be: more than `bits` where a flow keeps less than the header
  /// has, in which case the rest is lost.
  public let actionBits: Int
  public let maskable: Maskable
  public let format: Format
  public let prerequisite: Prerequisite
  public let writable: Bool
  /// How the Nicira extension of OpenFlow 1.0 names the field, nil when it does not.
  public let nxm: Header?
  /// How OpenFlow 1.2 and later name the field, nil when they do not.
  public let oxm: Header?

  /// The field's name on the wire (NXM or OXM header without mask bit).
  public struct Header: Hashable, Sendable {
    public let oxmClass: UInt16
    public let field: UInt8
    /// Length of the value (without a mask) on the wire; may be more than the field's `bytes`.
    public let bytes: Int
    /// What texts call it: `NXM_OF_IN_PORT`.
    public let name: String
    public init(_ oxmClass: UInt16, _ field: UInt8, bytes: Int, _ name: String) {
      self.oxmClass = oxmClass
      self.field = field
      self.bytes = bytes
      self.name = name
    }
    /// The fields of OpenFlow 1.0 (class 0x0000, `NXM_OF_...`).
    static func nxmOF(_ field: UInt8, bytes: Int, _ name: String) -> Header {
      Header(0x0000, field, bytes: bytes, "NXM_OF_" + name)
    }
    /// The fields that Nicira added (class 0x0001, `NXM_NX_...`).
    static func nxmNX(_ field: UInt8, bytes: Int, _ name: String) -> Header {
      Header(0x0001, field, bytes: bytes, "NXM_NX_" + name)
    }
    /// The fields of OpenFlow 1.2 and later (class 0x8000, `OXM_OF_...`).
    static func oxmOF(_ field: UInt8, bytes: Int, _ name: String) -> Header {
      Header(0x8000, field, bytes: bytes, "OXM_OF_" + name)
    }
    /// The packet registers of OpenFlow 1.5 (class 0x8001).
    static func packetRegister(_ field: UInt8) -> Header {
      Header(0x8001, field, bytes: 8, "OXM_OF_PKT_REG\(field)")
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
    shift: Int = 0, actionBits: Int? = nil, _ format: Format, maskable: Maskable = .arbitrary,
    needs prerequisite: Prerequisite = .none,
    writable: Bool = true, nxm: Header? = nil, oxm: Header? = nil
  ) {
    self.name = name
    self.extraName = extraName
    self.offset = offset
    self.bytes = bytes
    self.bits = bits ?? bytes * 8
    self.shift = shift
    self.actionBits = actionBits ?? self.bits
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
  public func value(in flow: Flow) -> UInt128 {
    (flow.bytes(offset, bytes) >> UInt128(shift)) & allOnes
  }

  /// Stores `value` under `mask` (both right-aligned) into `flow`; other bits keep their values.
  public func store(_ value: UInt128, mask: UInt128, in flow: inout Flow) {
    let mask = (mask & allOnes) << UInt128(shift)
    let old = flow.bytes(offset, bytes)
    flow.setBytes(offset, bytes, (old & ~mask) | ((value << UInt128(shift)) & mask))
  }

  /// What texts of actions call the field: its NXM name where it has one, else its OXM name.
  public var wireName: String { nxm?.name ?? oxm?.name ?? name }
}

/// A name names one field.
extension MatchField: Hashable {
  public static func == (a: MatchField, b: MatchField) -> Bool { a.name == b.name }
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
