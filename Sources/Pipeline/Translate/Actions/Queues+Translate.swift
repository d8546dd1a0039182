import Fields
import OpenFlow

/// Queues. A queue is a priority that the packet has when it leaves; what becomes of it is the port's
/// affair.

extension SetQueue: TranslatableAction {
  public func translate(_ translator: Translator) { translator.priority = queue }
}

extension PopQueue: TranslatableAction {
  public func translate(_ translator: Translator) {
    guard translator.priority != 0 else { return }
    translator.priority = 0
    translator.note("queue = 0")
  }
}

extension Enqueue: TranslatableAction {
  public func translate(_ translator: Translator) {
    guard port != translator.flow.key.inPort else { return }
    let before = translator.priority
    translator.priority = queue
    translator.stack.append(.then { $0.priority = before })
    translator.output(to: port)
  }

  public func outputs(to port: UInt16) -> Bool { port == self.port }
}

extension Translator {
  private static let offset = Flow.Offset.state + StateFields.Offset.skbPriority

  /// The packet's priority: it comes with none.
  var priority: UInt32 {
    get { UInt32(truncatingIfNeeded: flow.bytes(Self.offset, 4)) }
    set { flow.setBytes(Self.offset, 4, UInt128(newValue)) }
  }
}
