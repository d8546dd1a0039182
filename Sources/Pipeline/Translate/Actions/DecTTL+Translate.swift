import Fields
import OpenFlow

extension DecTTL: TranslatableAction {
  /// A packet whose time is over goes to controllers, and nothing more happens to it in this table.
  public func translate(_ translator: Translator) {
    guard translator.isIP else { return }
    translator.examineProtocol()
    translator.wildcards.key.ipTTL = .max
    guard translator.flow.key.ipTTL > 1 else {
      for id in controllerIDs.isEmpty ? [0] : controllerIDs {
        translator.punt(ControllerAction(controllerID: id, reason: .invalidTTL))
      }
      return translator.endTime(translator.isIPv4 ? "IPv4" : "IPv6")
    }
    translator.flow.key.ipTTL -= 1
  }
}

extension Translator {
  /// Nothing more happens in this table to a packet whose time is over, or that has none.
  func endTime(_ layer: String) {
    warn("\(layer) decrement TTL exception")
    dropRestOfList()
  }
}
