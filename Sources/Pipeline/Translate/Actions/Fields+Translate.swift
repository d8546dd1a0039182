import Fields
import OpenFlow

extension RegLoad: TranslatableAction {
  public func translate(_ translator: Translator) {
    guard translator.hasPrerequisite(of: destination.field) else {
      return translator.reportUnmet(destination.field)
    }
    translator.write(value, into: destination)
  }
}

extension SetField: TranslatableAction {
  public func translate(_ translator: Translator) {
    guard translator.hasPrerequisite(of: field) else { return translator.reportUnmet(field) }
    if field.tunnelOption != nil {
      translator.write(value, mask: mask, intoOption: field)
    } else {
      translator.write(number, mask: numberMask, into: field)
    }
  }
}

extension RegMove: TranslatableAction {
  public func translate(_ translator: Translator) {
    if translator.hasPrerequisite(of: destination.field)
      && translator.hasPrerequisite(of: source.field)
    {
      // Options of tunnels may be longer than what is moved at once; from the low end.
      for first in stride(from: 0, to: source.bits, by: 128) {
        let bits = min(128, source.bits - first)
        let from = Subfield(source.field, offset: source.offset + first, bits: bits)
        let to = Subfield(destination.field, offset: destination.offset + first, bits: bits)
        if let value = translator.read(from) { translator.write(value, into: to) }
      }
    }
    translator.note(destination.report(translator.flow))
  }
}

extension Subfield {
  /// What the trace says after a field was written: all of it, or the part, as it is now.
  func report(_ flow: Flow) -> String {
    var text = ""
    appendText(to: &text)
    let isWhole = offset == 0 && bits >= field.actionBits
    let value = value(in: flow)
    return text + " is now " + (isWhole ? field.text(value) : Number.hex(value))
  }
}
