import Fields
import OpenFlow

extension RegLoad: TranslatableAction {
  public func translate(_ translator: Translator) { translator.write(value, into: destination) }
}

extension RegMove: TranslatableAction {
  public func translate(_ translator: Translator) {
    guard translator.hasPrerequisite(of: destination.field),
      let value = translator.read(source), translator.write(value, into: destination)
    else { return }
    translator.note("\(destination.text) is now \(destination.field.valueText(in: translator.flow))")
  }
}
