import Fields
import OpenFlow

extension PortDescriptionRequest: Request {
  func handle(_ exchange: Exchange) {
    exchange.reply(PortDescriptionReply(entries: exchange.bridge.portsInOrder.map(\.description)))
  }
}

extension PortStatsRequest: Request {
  /// A port that does not exist has an empty answer.
  func handle(_ exchange: Exchange) {
    let bridge = exchange.bridge
    let ports =
      port == OpenFlowPort.none ? bridge.portsInOrder : bridge.ports[port].map { [$0] } ?? []
    var rest = ports[...]
    let service = exchange.service
    exchange.connection.answer(PortStatsReply(entries: []), xid: exchange.xid) {
      rest.popFirst().map { .init(number: $0.ofport, counts: service.counts(of: $0)) }
    }
  }
}

extension OpenFlowService {
  /// What the device counted, or what the datapath did.
  func counts(of port: BridgePort) -> PortCounts {
    if !port.isPatch, let counts = hardware?.counts(of: port) { return counts }
    let counters = bridge.counters(of: port)
    var counts = PortCounts()
    counts.rxPackets = counters.rxPackets
    counts.rxBytes = counters.rxBytes
    counts.txPackets = counters.txPackets
    counts.txBytes = counters.txBytes
    if !port.isPatch {
      counts.rxDropped = counters.rxDropped
      counts.txDropped = counters.txDropped
    }
    return counts
  }
}

extension PortMod: Request {
  func handle(_ exchange: Exchange) throws {
    let bridge = exchange.bridge
    guard let port = bridge.ports[self.port] else { throw OpenFlowError.portModBadPort }
    guard port.macAddress == address else { throw OpenFlowError.portModBadAddress }
    let before = port.config
    bridge.setPortConfig(port.ofport, config, mask: mask)
    if port.config.symmetricDifference(before).contains(.portDown) {
      exchange.service.hardware?.setUp(!port.config.contains(.portDown), port)
    }
  }
}

extension Bridge {
  /// The ports by number, LOCAL last.
  var portsInOrder: [BridgePort] { ports.values.sorted { $0.ofport < $1.ofport } }
}
