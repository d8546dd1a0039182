extension JSON {
  /// The value on one line. Members are in the order of their names, so equal values give equal text.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  public var bytes: [UInt8] {
    var output: [UInt8] = []
    write(to: &output)
    return output
  }

  private func write(to output: inout [UInt8]) {
    switch self {
    case .null: output.append(contentsOf: "null".utf8)
    case .bool(let value): output.append(contentsOf: (value ? "true" : "false").utf8)
    case .integer(let value): output.append(contentsOf: String(value).utf8)
    case .real(let value): output.append(contentsOf: (value.isFinite ? "\(value)" : "null").utf8)
    case .string(let value): Self.write(value, to: &output)
    case .array(let elements):
      output.append(.openBracket)
      for (index, element) in elements.enumerated() {
        if index > 0 { output.append(.comma) }
        element.write(to: &output)
      }
      output.append(.closeBracket)
    case .object(let members):
      output.append(.openBrace)
      for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
        if index > 0 { output.append(.comma) }
        Self.write(member.key, to: &output)
        output.append(.colon)
        member.value.write(to: &output)
      }
      output.append(.closeBrace)
    }
  }

  private static func write(_ string: String, to output: inout [UInt8]) {
    output.append(.quote)
    for byte in string.utf8 {
      switch byte {
      case .quote, .backslash: output.append(contentsOf: [.backslash, byte])
      case 0x08: output.append(contentsOf: "\\b".utf8)
      case 0x09: output.append(contentsOf: "\\t".utf8)
      case 0x0a: output.append(contentsOf: "\\n".utf8)
      case 0x0c: output.append(contentsOf: "\\f".utf8)
      case 0x0d: output.append(contentsOf: "\\r".utf8)
      case 0..<0x20:
        let hex = String(byte, radix: 16)
        output.append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - hex.count) + hex).utf8)
      default: output.append(byte)
      }
    }
    output.append(.quote)
  }
}
