import Fields

extension NATAction {
  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    var nat = NATAction()
    for (key, value) in KeyValueText(argument) {
      switch key {
      case "src":
        nat.flags.insert(.source)
        try nat.takeRange(value[...])
      case "dst":
        nat.flags.insert(.destination)
        try nat.takeRange(value[...])
      case "persistent": nat.flags.insert(.persistent)
      case "hash": nat.flags.insert(.hash)
      case "random": nat.flags.insert(.random)
      default: throw FlowTextError("invalid key \"\(key)\" in \"nat\" argument")
      }
    }
    try nat.checkFlags()
    return [nat]
  }

  private func checkFlags() throws(FlowTextError) {
    if flags.isSuperset(of: [.source, .destination]) {
      throw FlowTextError("May only specify one of \"src\" or \"dst\".")
    }
    if flags.isDisjoint(with: [.source, .destination]), !flags.isEmpty {
      throw FlowTextError("Flags allowed only with \"src\" or \"dst\".")
    }
    if flags.isSuperset(of: [.hash, .random]) {
      throw FlowTextError("Both \"hash\" and \"random\" are not allowed.")
    }
  }

  /// `ADDRESS[-ADDRESS][:PORT[-PORT]]`; an IPv6 address with ports stands in brackets.
  private mutating func takeRange(_ text: Substring) throws(FlowTextError) {
    range = .none
    (minPort, maxPort) = (0, 0)
    if text.isEmpty { return }
    let (addresses, ports) = Self.split(text)
    let parts = addresses.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    let invalid = FlowTextError("invalid nat range \"\(text)\"")
    if let min = IPv4Text.parse(parts[0]) {
      guard let max = parts.count > 1 ? IPv4Text.parse(parts[1]) : 0,
        parts.count == 1 || max >= min
      else { throw invalid }
      range = .ipv4(min: min, max: max)
    } else if let min = IPv6Text.parse(Self.plain(parts[0])) {
      guard let max = parts.count > 1 ? IPv6Text.parse(Self.plain(parts[1])) : 0,
        parts.count == 1 || max >= min
      else { throw invalid }
      range = .ipv6(min: min, max: max)
    } else {
      throw FlowTextError("garbage (\(text)) after nat range \"\(text)\" (pos: 0)")
    }
    guard let ports else { return }
    let numbers = ports.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    guard let min = Number.parse(numbers[0], max: 65535),
      let max = numbers.count > 1 ? Number.parse(numbers[1], max: 65535) : 0,
      numbers.count == 1 || max >= min
    else { throw invalid }
    (minPort, maxPort) = (UInt16(min), UInt16(max))
  }

  /// Ports follow the colon behind an IPv4 address or behind a bracket.
  private static func split(_ text: Substring) -> (addresses: Substring, ports: Substring?) {
    let isIPv4 = text.contains(".") && !text.contains("::") && !text.hasPrefix("[")
    guard let colon = text.lastIndex(of: ":") else { return (text, nil) }
    let before = text[..<colon]
    guard isIPv4 || before.hasSuffix("]") else { return (text, nil) }
    return (before, text[text.index(after: colon)...])
  }

  private static func plain(_ text: Substring) -> Substring {
    text.hasPrefix("[") && text.hasSuffix("]") ? text.dropFirst().dropLast() : text
  }

  public func appendText(to text: inout String) {
    text += "nat"
    guard !flags.isDisjoint(with: [.source, .destination]) else { return }
    var items = [flags.contains(.source) ? "src" : "dst"]
    if range != .none {
      items[0] += "=" + rangeText
      if flags.contains(.persistent) { items.append("persistent") }
      if flags.contains(.hash) { items.append("hash") }
      if flags.contains(.random) { items.append("random") }
    }
    text += "(" + items.joined(separator: ",") + ")"
  }

  private var rangeText: String {
    var text = ""
    switch range {
    case .none: break
    case .ipv4(let min, let max):
      text += IPv4Text.format(min)
      if max != 0, max != min { text += "-" + IPv4Text.format(max) }
    case .ipv6(let min, let max):
      text += bracketed(min)
      if max != 0, max != min { text += "-" + bracketed(max) }
    }
    guard minPort != 0 else { return text }
    text += ":\(minPort)"
    if maxPort != 0, maxPort != minPort { text += "-\(maxPort)" }
    return text
  }

  private func bracketed(_ address: UInt128) -> String {
    let text = IPv6Text.format(address)
    return minPort == 0 ? text : "[\(text)]"
  }
}
