import Fields

extension Subfield {
  /// Appends `NXM_NX_REG0[]`, `NXM_NX_REG0[3]` or `NXM_NX_REG0[0..15]`.
  public func appendText(to text: inout String) {
    text += field.wireName + "["
    if bits == 1 && field.actionBits > 1 {
      text += String(offset)
    } else if bits != field.actionBits {
      text += "\(offset)..\(offset + bits - 1)"
    }
    text += "]"
  }

  /// Nil when `text` is no part of a field.
  public init?(text: String) {
    guard let subfield = try? Subfield.parse(Substring(text)) else { return nil }
    self = subfield
  }

  /// Reads a field's name, followed by nothing, `[]`, `[BIT]` or `[FIRST..LAST]`.
  static func parse(
    _ text: Substring, _ context: TextContext = TextContext()
  ) throws(FlowTextError) -> Subfield {
    let name = text.prefix { $0 != "[" && $0 != "-" }
    let plain = name.hasSuffix("_W") ? name.dropLast(2) : name
    guard let unmapped = MatchFieldCatalog.field(named: plain) else {
      throw FlowTextError("\(text): unknown field `\(name)'")
    }
    let field = unmapped.tunnelOption.flatMap { context.tunnelOptions?.field($0) } ?? unmapped
    let (first, last) = try parseBits(text.dropFirst(name.count), of: field, in: text)
    guard first <= last else {
      throw FlowTextError("\(text): starting bit \(first) is after ending bit \(last)")
    }
    for (bit, which) in [(first, "starting"), (last, "ending")] where bit >= field.actionBits {
      throw FlowTextError(
        "\(text): \(which) bit \(bit) is not valid because field is only \(field.actionBits) bits wide"
      )
    }
    return Subfield(field, offset: first, bits: last - first + 1)
  }

  private static func parseBits(
    _ bits: Substring, of field: MatchField, in text: Substring
  ) throws(FlowTextError) -> (first: Int, last: Int) {
    if bits.isEmpty || bits == "[]" { return (0, field.actionBits - 1) }
    let inner = bits.dropFirst().dropLast()
    let numbers = inner.split(separator: ".", omittingEmptySubsequences: false)
    let isRange = numbers.count == 3 && numbers[1].isEmpty
    guard bits.hasPrefix("["), bits.hasSuffix("]"), isRange || numbers.count == 1,
      let first = Number.parse(numbers[0], max: 1023),
      let last = Number.parse(numbers[isRange ? 2 : 0], max: 1023)
    else {
      throw FlowTextError(
        "\(text): syntax error expecting [] or [<bit>] or [<start>..<end>]")
    }
    return (Int(first), Int(last))
  }
}
