/// Splits flow text into its items: `key`, `key=value`, `key:value` and `key(value)`, separated by
/// commas or white space. A value in parentheses goes to the matching one, and `key(a)->b` has the
/// value `a)->b`.
struct KeyValueText: Sequence, IteratorProtocol {
  private var rest: Substring.UTF8View

  init(_ text: some StringProtocol) { rest = Substring(text).utf8 }

  private static let separators = Set(", \t\r\n".utf8)
  private static let keyEnds = Set(":=(, \t\r\n".utf8)
  private static let open = UInt8(ascii: "(")
  private static let close = UInt8(ascii: ")")

  mutating func next() -> (key: String, value: String)? {
    rest = rest.drop { Self.separators.contains($0) }
    guard !rest.isEmpty else { return nil }
    let key = rest.prefix { !Self.keyEnds.contains($0) }
    rest = rest.dropFirst(key.count)
    let delimiter = rest.first
    rest = rest.dropFirst()
    let value: Substring.UTF8View
    switch delimiter {
    case UInt8(ascii: ":"), UInt8(ascii: "="): value = takeValue(Self.separators)
    case Self.open: value = takeParenthesised()
    default: value = rest.prefix(0)
    }
    return (String(Substring(key)), String(Substring(value)))
  }

  private mutating func takeParenthesised() -> Substring.UTF8View {
    let whole = rest
    let inner = takeValue([Self.close])
    guard rest.starts(with: "->".utf8) else { return inner }
    let tail = takeValue(Self.separators)
    return whole.prefix(inner.count + 1 + tail.count)
  }

  /// Takes text up to one of `ends` outside parentheses, and the end itself.
  private mutating func takeValue(_ ends: Set<UInt8>) -> Substring.UTF8View {
    var depth = 0
    var count = 0
    for byte in rest {
      if depth == 0 && ends.contains(byte) { break }
      if byte == Self.open { depth += 1 }
      if byte == Self.close && depth > 0 { depth -= 1 }
      count += 1
    }
    defer { rest = rest.dropFirst(count + 1) }
    return rest.prefix(count)
  }
}
