/// Flags by name: `syn|ack` says exactly which are set, `+syn-ack` speaks of some only. Numbers do for
/// names, too: `0x12` or `0x12/0x3f`.
public struct FlagsText: Sendable {
  /// By bit; nil for a bit without a name.
  let names: [String?]
  /// The bits that text may speak of.
  let allowed: UInt32
  /// What errors call them: "unknown TCP flag(s)".
  let kind: String

  public static let tcp = FlagsText(
    names: [
      "fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr", "ns", "[200]", "[400]", "[800]",
    ], allowed: 0xfff, kind: "TCP")
  public static let tunnel = FlagsText(
    names: ["oam", "df", "csum", "key"], allowed: 1, kind: "tunnel")
  public static let connection = FlagsText(
    names: ["new", "est", "rel", "rpl", "inv", "trk", "snat", "dnat"], allowed: 0xff,
    kind: "ct_state")

  // MARK: Printing

  /// `full` is the mask that stands for all flags.
  public func format(_ flags: UInt32, mask: UInt32, full: UInt32) -> String {
    if mask == full { return format(flags) }
    if mask == 0 { return "0/0" }
    return bits(mask).map { (flags & 1 << $0 != 0 ? "+" : "-") + (name($0) ?? "[Unknown]") }
      .joined()
  }

  func format(_ flags: UInt32) -> String {
    if flags == 0 { return "0" }
    var words = bits(flags).compactMap { name($0) }
    let unknown = bits(flags).filter { name($0) == nil }.reduce(UInt32(0)) { $0 | 1 << $1 }
    if unknown != 0 { words.append(Number.hex(unknown)) }
    return words.joined(separator: "|")
  }

  private func name(_ bit: UInt32) -> String? { bit < UInt32(names.count) ? names[Int(bit)] : nil }

  private func bits(_ flags: UInt32) -> [UInt32] { (0..<32).filter { flags & 1 << $0 != 0 } }

  // MARK: Reading

  public func parse(
    _ text: Substring
  ) throws(FlowTextError) -> (flags: UInt32, mask: UInt32) {
    let numbers = text.split(separator: "/", omittingEmptySubsequences: false)
    if numbers.count == 2, let flags = Number.parse(numbers[0], max: UInt128(UInt32.max)),
      let mask = Number.parse(numbers[1], max: UInt128(UInt32.max))
    {
      guard (flags | mask) & ~UInt128(allowed) == 0 else { throw unknown(text) }
      return (UInt32(flags & mask), UInt32(mask))
    }
    if text.first == "+" || text.first == "-" { return try parseSome(text) }
    var flags: UInt32 = 0
    for word in text.split(separator: "|", omittingEmptySubsequences: false) {
      if word.isEmpty && text.isEmpty { break }
      flags |= try flag(word, in: text)
    }
    return (flags, .max)
  }

  private func parseSome(_ text: Substring) throws(FlowTextError) -> (flags: UInt32, mask: UInt32) {
    var (flags, mask): (UInt32, UInt32) = (0, 0)
    var rest = text
    while let sign = rest.first {
      guard sign == "+" || sign == "-" else {
        throw FlowTextError("\(rest): \(kind) must be preceded by '+' (for SET) or '-' (NOT SET)")
      }
      rest = rest.dropFirst()
      let word = rest.prefix { $0 != "+" && $0 != "-" }
      guard let bit = names.firstIndex(of: String(word)) else { throw unknown(rest) }
      let flag = UInt32(1) << UInt32(bit)
      guard mask & flag == 0 else {
        throw FlowTextError("\(rest): Each \(kind) flag can be specified only once")
      }
      guard flag & allowed != 0 else { throw unknown(rest) }
      mask |= flag
      if sign == "+" { flags |= flag }
      rest = rest.dropFirst(word.count)
    }
    return (flags, mask)
  }

  private func flag(_ word: Substring, in text: Substring) throws(FlowTextError) -> UInt32 {
    if let number = Number.parse(word, max: UInt128(allowed)), number & ~UInt128(allowed) == 0 {
      return UInt32(number)
    }
    guard let bit = names.firstIndex(of: String(word)), 1 << UInt32(bit) & allowed != 0 else {
      throw unknown(text)
    }
    return 1 << UInt32(bit)
  }

  private func unknown(_ text: Substring) -> FlowTextError {
    FlowTextError("\(text): unknown \(kind) flag(s)")
  }
}
