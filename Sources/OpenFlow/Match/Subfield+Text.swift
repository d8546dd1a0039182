import Fields

extension Subfield {
  /// Appends `NXM_NX_REG0[]`, `NXM_NX_REG0[3]` or `NXM_NX_REG0[0..15]`.
  func appendText(to text: inout String) {
    text += field.wireName + "["
    if bits == 1 && field.bits > 1 {
      text += String(offset)
    } else if bits != field.bits {
      text += "\(offset)..\(offset + bits - 1)"
    }
    text += "]"
  }
}
