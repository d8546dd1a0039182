import Datapath
import Fields
import OpenFlow

extension GotoTable: TranslatableAction {
  /// The last action of its flow: goes on in the table instead of coming back.
  public func translate(_ translator: Translator) { translator.goto(table) }
}

extension WriteMetadata: TranslatableAction {
  public func translate(_ translator: Translator) {
    let old = UInt64(truncatingIfNeeded: translator.flow.bytes(Flow.Offset.metadata, 8))
    translator.flow.setBytes(
      Flow.Offset.metadata, 8, UInt128(old & ~mask | value & mask))
  }
}

extension WriteActions: TranslatableAction {
  public func translate(_ translator: Translator) { translator.writeToActionSet(actions) }

  public func outputs(to port: UInt16) -> Bool {
    actions.contains { ($0 as? any TranslatableAction)?.outputs(to: port) ?? false }
  }
}

extension ClearActions: TranslatableAction {
  public func translate(_ translator: Translator) { translator.clearActionSet(reporting: true) }
}

extension MeterAction: TranslatableAction {
  /// What was done to the packet so far does not matter to a meter: nothing is committed.
  public func translate(_ translator: Translator) {
    guard let meter = translator.meter(id) else { return }
    translator.actions.append(.meter(index: meter.index))
  }
}
