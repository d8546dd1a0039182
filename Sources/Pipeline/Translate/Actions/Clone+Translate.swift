import Datapath
import OpenFlow

extension CloneAction: TranslatableAction {
  public func translate(_ translator: Translator) { translator.clone(actions) }

  public func outputs(to port: UInt16) -> Bool {
    actions.contains { ($0 as? any TranslatableAction)?.outputs(to: port) ?? false }
  }
}

extension CheckPacketLarger: TranslatableAction {
  public func translate(_ translator: Translator) { translator.checkLength(self) }
}

extension OutputTruncated: TranslatableAction {
  public func translate(_ translator: Translator) {
    translator.outputTruncated(to: port, maxLength)
  }

  public func outputs(to port: UInt16) -> Bool { port == self.port }
}
