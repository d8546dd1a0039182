/// TCP flags: `syn|ack` says exactly which are set, `+syn-ack` speaks of some only.
enum TCPFlagsText {
  private static let names = [
    "fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr", "ns", "[200]", "[400]", "[800]",
  ]
  static let all: UInt16 = 0x0fff

  static func format(_ flags: UInt16, mask: UInt16) -> String {
    if mask == all { return format(flags) }
    return bits(mask).map { (flags & 1 << $0 != 0 ? "+" : "-") + names[$0] }.joined()
  }

  private static func format(_ flags: UInt16) -> String {
    flags == 0 ? "0" : bits(flags).map { names[$0] }.joined(separator: "|")
  }

  private static func bits(_ flags: UInt16) -> [Int] { (0..<12).filter { flags & 1 << $0 != 0 } }

  static func parse(_ text: Substring) -> (flags: UInt16, mask: UInt16)? {
    switch text.first {
    case "+", "-": return parseSome(text)
    case let c? where c.isNumber:
      let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
      let numbers = parts.map { Number.parse($0, max: UInt128(all)).map { UInt16($0) } }
      guard let flags = numbers[0], let mask = numbers.count > 1 ? numbers[1] : all else {
        return nil
      }
      return (flags & mask, mask)
    default:
      var flags: UInt16 = 0
      for name in text.split(separator: "|", omittingEmptySubsequences: false) {
        guard let bit = names.firstIndex(of: String(name)) else { return nil }
        flags |= 1 << bit
      }
      return (flags, all)
    }
  }

  private static func parseSome(_ text: Substring) -> (flags: UInt16, mask: UInt16)? {
    var flags: UInt16 = 0
    var mask: UInt16 = 0
    var rest = text
    while let sign = rest.popFirst() {
      guard sign == "+" || sign == "-" else { return nil }
      let name = rest.prefix { $0 != "+" && $0 != "-" }
      rest = rest.dropFirst(name.count)
      guard let bit = names.firstIndex(of: String(name)), mask & 1 << bit == 0 else { return nil }
      mask |= 1 << bit
      if sign == "+" { flags |= 1 << bit }
    }
    return (flags, mask)
  }
}
