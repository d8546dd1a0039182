/// A match field: where it lies in a `Flow`, how it is named in text and on the wire, what must be
/// matched before it makes sense. One record per field; the parser, the formatter and the codecs of
/// matches and of `set_field`/`load`/`move` all read it (ovs-fields(7) is the source of each row).
///
/// Records are grouped by header in the files beside this one and listed in `MatchFieldCatalog`. A
/// record is an object because it is handed around a lot: a copy costs one count of references.
public final class MatchField: Sendable {
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
  /// How the wire names the field, in the order of their age: Nicira's extension of OpenFlow 1.0
  /// first. Empty for a field that no version of the protocol has.
  public let headers: [MatchFieldHeader]
  /// Which of the options in a Geneve header the field stands for; nil for all others.
  public let tunnelOption: Int?
  /// All ones in the field's width; of a field of more than 16 bytes, in that of its last 16.
  public let allOnes: UInt128
  /// Whether the field lies in the flow key, the first 64 bytes of a flow.
  public let isInKey: Bool
  /// A port that has 32 bits on the wire and 16 in a flow.
  private let isPort32: Bool

  public typealias Header = MatchFieldHeader

  public enum Maskable: Sendable { case none, arbitrary }

  /// How the value is written in flow text.
  public enum Format: Sendable {
    case decimal, hexadecimal, ethernet, ipv4, ipv6, ofPort, ofPort32, fragment, tcpFlags
    case tunnelFlags, ctState, packetType
  }

  /// What a match must already say for this field to be allowed (ovs-fields(7), "Prerequisites").
  public enum Prerequisite: Sendable {
    case none, ethernet, vlanVID, mpls, arp, ipv4, ipv6, ipAny, nsh, tcp, udp, sctp, icmp, icmpv6
    case nd, ndSolicit, ndAdvert, ctValid
  }

  public init(
    _ name: String, _ extraName: String? = nil, at offset: Int, bytes: Int, bits: Int? = nil,
    shift: Int = 0, actionBits: Int? = nil, _ format: Format, maskable: Maskable = .arbitrary,
    needs prerequisite: Prerequisite = .none, writable: Bool = true, nxm: Header? = nil,
    oxm: Header? = nil, experimenter: Header? = nil, tunnelOption: Int? = nil
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
    self.tunnelOption = tunnelOption
    headers = [nxm, experimenter, oxm].compactMap { $0 }
    allOnes = self.bits >= 128 ? .max : (1 << UInt128(self.bits)) - 1
    isInKey = offset + bytes <= FlowKey.byteCount
    isPort32 = format == .ofPort32 && bytes == 2
  }

  /// Whether a word of `flow` that the field lies in has a bit set: quick, and false means zero.
  public func mayBeSet(in flow: borrowing Flow) -> Bool {
    for index in (offset / 8)...((offset + bytes - 1) / 8) where flow.word(index) != 0 {
      return true
    }
    return false
  }

  /// The field's value in `flow`, right-aligned.
  public func value(in flow: Flow) -> UInt128 { withUnsafeBytes(of: flow) { value(in: $0) } }

  /// The same, of a field that lies in the key.
  public func value(in key: FlowKey) -> UInt128 { withUnsafeBytes(of: key) { value(in: $0) } }

  func value(in raw: UnsafeRawBufferPointer) -> UInt128 {
    if isPort32 { return Self.port32(raw.networkInteger(offset, 2)) }
    let length = min(bytes, 16)
    return (raw.networkInteger(offset + bytes - length, length) >> UInt128(shift)) & allOnes
  }

  /// Stores `value` under `mask` (both right-aligned) into `flow`; other bits keep their values.
  public func store(_ value: UInt128, mask: UInt128, in flow: inout Flow) {
    withUnsafeMutableBytes(of: &flow) { store(value, mask: mask, in: $0) }
  }

  /// The same, of a field that lies in the key.
  public func store(_ value: UInt128, mask: UInt128, in key: inout FlowKey) {
    withUnsafeMutableBytes(of: &key) { store(value, mask: mask, in: $0) }
  }

  func store(
    _ value: UInt128, mask: UInt128, in raw: UnsafeMutableRawBufferPointer
  ) {
    if isPort32 {
      let old = self.value(in: UnsafeRawBufferPointer(raw))
      return raw.setNetworkInteger(offset, 2, (old & ~mask) | (value & mask))
    }
    let length = min(bytes, 16)
    let start = offset + bytes - length
    let mask = (mask & allOnes) << UInt128(shift)
    let old = UnsafeRawBufferPointer(raw).networkInteger(start, length)
    raw.setNetworkInteger(start, length, (old & ~mask) | ((value << UInt128(shift)) & mask))
  }

  /// A port has 16 bits in a flow. With 32 bits the reserved numbers have all upper bits set.
  private static func port32(_ port: UInt128) -> UInt128 {
    port >= 0xff00 ? 0xffff_0000 | port : port
  }

  /// How a version of the protocol (its number on the wire; 0 for Nicira's extension of OpenFlow 1.0)
  /// names the field: the youngest name that it knows, else the oldest that there is.
  public func header(in version: UInt8) -> Header? {
    headers.dropFirst().reduce(headers.first) { $1.since <= version ? $1 : $0 }
  }

  /// What texts of actions call the field.
  public var wireName: String { header(in: 0)?.name ?? name }

  /// Length of the value in messages and, for numbers, the width in which text may write it.
  public var wireBytes: Int { headers.first?.bytes ?? bytes }
}

extension MatchField {
  /// The field's low `n` bits, as many as a number in text may have.
  public static func ones(_ bytes: Int) -> UInt128 {
    bytes >= 16 ? .max : (1 << UInt128(bytes * 8)) - 1
  }
}

/// A name names one field.
extension MatchField: Hashable {
  public static func == (a: MatchField, b: MatchField) -> Bool {
    // Only the fields of tunnel options are made more than once.
    a === b || (a.tunnelOption != nil && a.name == b.name)
  }
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
