import Fields
import OpenFlow

extension SetTunnel: TranslatableAction {
  public func translate(_ translator: Translator) {
    translator.flow.setBytes(Flow.Offset.tunnelID, 8, UInt128(id))
  }
}

extension DeleteField: TranslatableAction {
  public func translate(_ translator: Translator) {
    field.store(0, mask: field.allOnes, in: &translator.flow)
    translator.note("delete \(field.name)")
  }
}
