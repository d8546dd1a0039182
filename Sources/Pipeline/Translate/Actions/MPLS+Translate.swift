import OpenFlow

extension PushMPLS: TranslatableAction {
  public func translate(_ translator: Translator) { translator.pushLabel(etherType) }
}

extension PopMPLS: TranslatableAction {
  public func translate(_ translator: Translator) { translator.popLabel(etherType) }
}

extension SetMPLSLabel: TranslatableAction {
  public func translate(_ translator: Translator) {
    translator.setLabel(value << 12, LabelStackEntry.label)
  }
}

extension SetMPLSTC: TranslatableAction {
  public func translate(_ translator: Translator) {
    translator.setLabel(UInt32(value) << 9, LabelStackEntry.trafficClass)
  }
}

extension SetMPLSTTL: TranslatableAction {
  public func translate(_ translator: Translator) {
    translator.setLabel(UInt32(value), LabelStackEntry.ttl)
  }
}

extension DecMPLSTTL: TranslatableAction {
  public func translate(_ translator: Translator) {
    guard translator.flow.isMPLS else { return translator.endTime("MPLS") }
    guard !translator.decrementLabelTTL() else { return }
    translator.punt(ControllerAction(reason: .invalidTTL))
    translator.endTime("MPLS")
  }
}
