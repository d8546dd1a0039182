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
    translator.note(destination.report(translator.flow))
  }
}

extension Subfield {
  /// What the trace says after a move: the whole field as it is now.
  fileprivate func report(_ flow: Flow) -> String {
    var text = ""
    appendText(to: &text)
    return text + " is now " + FieldValueText.format(field, field.value(in: flow))
  }
}
