import Fields

extension MatchField {
  /// A value of the field in the field's own notation.
  public func text(_ value: UInt128) -> String { FieldText.format(self, value) }
}

extension FieldText {
  /// A field's value in its own notation, as `set_field` and traces have it: `VALUE` or `VALUE/MASK`.
  static func format(_ field: MatchField, _ value: UInt128, mask given: UInt128? = nil) -> String {
    let mask = given ?? field.allOnes
    if mask == 0 { return "ANY" }
    let isExact = mask == field.allOnes && (given == nil || field.hasWholeBytes)
    switch field.format {
    case .ethernet:
      return EthernetAddress(UInt64(truncatingIfNeeded: value)).description
        + (isExact ? "" : "/\(EthernetAddress(UInt64(truncatingIfNeeded: mask)))")
    case .ipv4:
      return IPv4Text.format(
        UInt32(truncatingIfNeeded: value), mask: UInt32(truncatingIfNeeded: mask))
    case .ipv6: return IPv6Text.format(value, mask: mask)
    case .ofPort where isExact, .ofPort32 where isExact:
      return OpenFlowPort.text(UInt16(value & 0xffff))
    case .fragment:
      return FragmentText.format(UInt8(truncatingIfNeeded: value), mask: UInt8(mask & 3))
    case .tcpFlags: return flags(.tcp, value, mask, full: 0xfff)
    case .tunnelFlags: return flags(.tunnel, value, mask, full: 1)
    case .ctState: return flags(.connection, value, mask, full: 0xffff)
    case .packetType: return PacketTypeText.format(UInt32(truncatingIfNeeded: value))
    case .hexadecimal: return Number.hex(value) + (isExact ? "" : "/" + Number.hex(mask))
    default: return String(value) + (isExact ? "" : "/" + Number.hex(mask))
    }
  }

  private static func flags(
    _ text: FlagsText, _ value: UInt128, _ mask: UInt128, full: UInt32
  ) -> String {
    text.format(
      UInt32(truncatingIfNeeded: value), mask: UInt32(truncatingIfNeeded: mask), full: full)
  }
}

extension MatchField {
  /// Whether a mask of the field's bits is a mask of all bits that messages have for it.
  var hasWholeBytes: Bool { bits == 8 * wireBytes }
}
