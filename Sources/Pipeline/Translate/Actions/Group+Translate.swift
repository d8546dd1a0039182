import OpenFlow

extension GroupAction: TranslatableAction {
  public func translate(_ translator: Translator) {
    if !translator.enterGroup(id) { translator.dropRestOfList() }
  }

  public func outputs(toGroup group: UInt32) -> Bool { group == id }
}
