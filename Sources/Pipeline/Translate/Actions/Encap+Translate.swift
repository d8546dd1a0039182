import OpenFlow

extension EncapAction: TranslatableAction {
  public func translate(_ translator: Translator) { translator.encap(self) }
}

extension DecapAction: TranslatableAction {
  public func translate(_ translator: Translator) { translator.decap(self) }
}

extension DecNSHTTL: TranslatableAction {
  public func translate(_ translator: Translator) {
    guard translator.isNSH else { return translator.endTime("NSH") }
    guard !translator.decrementNSHTTL() else { return }
    translator.punt(ControllerAction(reason: .invalidTTL))
    translator.endTime("NSH")
  }
}
