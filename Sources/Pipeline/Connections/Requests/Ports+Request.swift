import Fields
import OpenFlow

extension PortDescriptionRequest: Request {
  /// A port that does not exist has an empty answer.
  func handle(_ exchange: Exchange) {
    let ports = exchange.bridge.ports(port)
    exchange.reply(PortDescriptionReply(entries: ports.map(\.description)))
  }
}

extension PortStatsRequest: Request {
  /// A port that does not exist has an empty answer.
  func handle(_ exchange: Exchange) {
    var rest = exchange.bridge.ports(port)[...]
    let service = exchange.service
    let now = exchange.pipeline.now()
    exchange.connection.answer(PortStatsReply(entries: []), xid: exchange.xid) {
      rest.popFirst().map { port in
        let age = UInt64(clamping: now - port.created) &* 1_000_000
        return .init(number: port.ofport, counts: service.counts(of: port), duration: age)
      }
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
    let port = try check(bridge)
    let before = port.config
    bridge.setPortConfig(port.ofport, config, mask: mask)
    if port.config.symmetricDifference(before).contains(.portDown) {
      exchange.service.hardware?.setUp(!port.config.contains(.portDown), port)
    }
  }

  /// The port that the request is about.
  @discardableResult
  func check(_ bridge: Bridge) throws -> BridgePort {
    guard let port = bridge.ports[self.port] else { throw OpenFlowError.portModBadPort }
    guard port.macAddress == address else { throw OpenFlowError.portModBadAddress }
    return port
  }
}

extension Bridge {
  /// The ports by number, LOCAL last.
  var portsInOrder: [BridgePort] { ports.values.sorted { $0.ofport < $1.ofport } }

  /// The port with a number, or all with `OpenFlowPort.none`.
  fileprivate func ports(_ number: UInt16) -> [BridgePort] {
    number == OpenFlowPort.none ? portsInOrder : ports[number].map { [$0] } ?? []
  }
}
