import Fields

/// A match field's value in flow text: `VALUE` or `VALUE/MASK` in the field's own notation, `*` for
/// no condition.
enum FieldText {
  typealias Condition = (value: UInt128, mask: UInt128)

  static func parse(
    _ text: Substring, for field: MatchField, _ context: TextContext
  ) throws(FlowTextError) -> Condition {
    if text == "*" { return (0, 0) }
    let condition = try parseValue(text, for: field, context)
    guard field.maskable == .arbitrary || condition.mask == 0 || isExact(condition.mask, field)
    else { throw FlowTextError("\(text): invalid mask for field \(field.name)") }
    return condition
  }

  private static func isExact(_ mask: UInt128, _ field: MatchField) -> Bool {
    mask & field.allOnes == field.allOnes
  }

  private static func parseValue(
    _ text: Substring, for field: MatchField, _ context: TextContext
  ) throws(FlowTextError) -> Condition {
    switch field.format {
    case .decimal, .hexadecimal: return try parseInteger(text, for: field)
    case .ethernet: return try parseEthernet(text)
    case .ipv4: return try parseIPv4(text)
    case .ipv6: return try parseIPv6(text)
    case .ofPort:
      guard let port = context.port(text) else {
        throw FlowTextError("\(text): invalid or unknown port for \(field.name)")
      }
      return (UInt128(port), field.allOnes)
    case .fragment:
      guard let fragment = FragmentText.parse(text) else {
        throw FlowTextError(
          "\(text): unknown fragment type (valid types are \"no\", "
            + "\"yes\", \"first\", \"later\", \"not_later\"")
      }
      return (UInt128(fragment.value), UInt128(fragment.mask))
    case .ofPort32:
      guard let port = context.port(text) else {
        throw FlowTextError("\(text): port value out of range for \(field.name)")
      }
      return (port >= OpenFlowPort.max ? 0xffff_0000 | UInt128(port) : UInt128(port), field.allOnes)
    case .tcpFlags: return try parse(text, .tcp, for: field)
    case .tunnelFlags: return try parse(text, .tunnel, for: field)
    case .ctState: return try parse(text, .connection, for: field)
    case .packetType: return (try PacketTypeText.parse(text), field.allOnes)
    }
  }

  private static func parse(
    _ text: Substring, _ flags: FlagsText, for field: MatchField
  ) throws(FlowTextError) -> Condition {
    let (value, mask) = try flags.parse(text)
    return (UInt128(value), UInt128(mask) & field.allOnes)
  }

  private static func split(_ text: Substring) -> (value: Substring, mask: Substring?) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    return (parts[0], parts.count > 1 ? parts[1] : nil)
  }

  /// Integers may be as wide as the field's place, so that 0xffff can say "no VLAN".
  private static func parseInteger(
    _ text: Substring, for field: MatchField
  ) throws(FlowTextError) -> Condition {
    let bytes = field.wireBytes
    let ones = MatchField.ones(bytes)
    func number(_ part: Substring, _ what: String) throws(FlowTextError) -> UInt128 {
      guard let number = Number.parse(part, max: .max) else {
        throw FlowTextError("\(text): bad syntax for \(field.name) \(what)")
      }
      guard number <= ones else {
        throw FlowTextError("\(text): \(what) too large for \(bytes)-byte field \(field.name)")
      }
      return number
    }
    let (value, mask) = split(text)
    let v = try number(value, "value")
    guard let mask else { return (v, ones) }
    let m = try number(mask, "mask")
    return (v & m, m)
  }

  private static func parseEthernet(_ text: Substring) throws(FlowTextError) -> Condition {
    let (value, mask) = split(text)
    guard let v = EthernetAddress(value),
      let m = mask == nil ? .broadcast : EthernetAddress(mask ?? "")
    else { throw FlowTextError("\(text): invalid Ethernet address") }
    return (UInt128(v.value & m.value), UInt128(m.value))
  }

  private static func parseIPv4(_ text: Substring) throws(FlowTextError) -> Condition {
    let (value, mask) = split(text)
    guard let v = IPv4Text.parse(value) else {
      throw FlowTextError("\(text): invalid IP address")
    }
    guard let mask else { return (UInt128(v), UInt128(UInt32.max)) }
    if let m = IPv4Text.parse(mask) { return (UInt128(v & m), UInt128(m)) }
    guard let bits = Int(mask) else { throw FlowTextError("\(text): invalid IP address") }
    guard (0...32).contains(bits) else {
      throw FlowTextError(
        "\(text): IPv4 network prefix bits not between 0 and 32, inclusive")
    }
    let m: UInt32 = bits == 0 ? 0 : .max << UInt32(32 - bits)
    return (UInt128(v & m), UInt128(m))
  }

  private static func parseIPv6(_ text: Substring) throws(FlowTextError) -> Condition {
    let (value, mask) = split(text)
    guard let v = IPv6Text.parse(value) else {
      throw FlowTextError("\(text): invalid IPv6 address")
    }
    guard let mask else { return (v, .max) }
    if let m = IPv6Text.parse(mask) { return (v & m, m) }
    guard let bits = Int(mask) else { throw FlowTextError("\(text): invalid IPv6 address") }
    guard (0...128).contains(bits) else {
      throw FlowTextError(
        "\(text): IPv6 network prefix bits not between 0 and 128, inclusive")
    }
    let m: UInt128 = bits == 0 ? 0 : .max << UInt128(128 - bits)
    return (v & m, m)
  }
}
