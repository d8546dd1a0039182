import OpenFlow

extension Resubmit: TranslatableAction {
  public func translate(_ translator: Translator) {
    let port = inPort == OpenFlowPort.inPort ? translator.flow.key.inPort : inPort
    translator.resubmit(to: table == 255 ? translator.table : table, inPort: port)
  }
}
