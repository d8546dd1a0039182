import OpenFlow

extension ExitAction: TranslatableAction {
  public func translate(_ translator: Translator) { translator.exit() }
}
