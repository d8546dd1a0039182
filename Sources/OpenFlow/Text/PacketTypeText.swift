/// Packet types: `(1,0x800)` is an IPv4 packet without an Ethernet header.
enum PacketTypeText {
  static func parse(_ text: Substring) throws(FlowTextError) -> UInt128 {
    func failure(_ rest: Substring, _ what: String) -> FlowTextError {
      FlowTextError("\(rest): bad syntax for packet type \(what)")
    }
    guard text.hasPrefix("(") else { throw failure(text, "missing '('") }
    let first = text.dropFirst()
    let spaceText = first.prefix { $0 != "," && $0 != ")" }
    guard let space = Number.parse(spaceText, max: 0xffff) else { throw failure(first, "ns") }
    guard first.dropFirst(spaceText.count).first == "," else {
      throw failure(first, "missing ','")
    }
    let second = first.dropFirst(spaceText.count + 1)
    let typeText = second.prefix { $0 != ")" }
    guard let type = Number.parse(typeText, max: 0xffff) else { throw failure(second, "ns_type") }
    guard second.dropFirst(typeText.count) == ")" else { throw failure(second, "missing ')'") }
    return space << 16 | type
  }

  /// `eth` for what has an Ethernet header, else `packet_type=(1,0x800)`.
  static func format(_ value: UInt32, mask: UInt32 = .max) -> String {
    if value == 0 && mask == .max { return "eth" }
    let space = half(UInt16(value >> 16), UInt16(mask >> 16))
    return "packet_type=(\(space),\(half(UInt16(value & 0xffff), UInt16(mask & 0xffff))))"
  }

  private static func half(_ value: UInt16, _ mask: UInt16) -> String {
    if mask == 0 { return "*" }
    return (value > 9 ? Number.hex(value) : String(value))
      + (mask == .max ? "" : "/" + Number.hex(mask))
  }
}
