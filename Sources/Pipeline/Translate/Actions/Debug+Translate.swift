import OpenFlow

extension DebugRecirc: TranslatableAction {
  public func translate(_ translator: Translator) { translator.freeze() }
}

extension DebugSlow: TranslatableAction {
  public func translate(_ translator: Translator) {}
}
