/// What `multipath` and `bundle` look at to spread packets: a number on the wire, a word in text.
public enum HashFields: UInt16, CaseIterable, Sendable {
  case ethSrc = 0
  /// Addresses and ports, so that both directions of a conversation get the same.
  case symmetricL4
  case symmetricL3L4
  case symmetricL3L4UDP
  case ipSrc
  case ipDst
  case symmetricL3

  public var name: String {
    switch self {
    case .ethSrc: "eth_src"
    case .symmetricL4: "symmetric_l4"
    case .symmetricL3L4: "symmetric_l3l4"
    case .symmetricL3L4UDP: "symmetric_l3l4+udp"
    case .ipSrc: "nw_src"
    case .ipDst: "nw_dst"
    case .symmetricL3: "symmetric_l3"
    }
  }

  static func parse(
    _ word: Substring, in argument: Substring
  ) throws(FlowTextError) -> HashFields {
    guard let fields = allCases.first(where: { $0.name == word.lowercased() }) else {
      throw FlowTextError("\(argument): unknown fields `\(word)'")
    }
    return fields
  }
}
