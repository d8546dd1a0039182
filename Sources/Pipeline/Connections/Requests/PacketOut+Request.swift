import Datapath
import Fields
import OpenFlow

extension PacketOut: Request {
  func handle(_ exchange: Exchange) throws {
    guard bufferID == FlowMod.noBuffer else { throw OpenFlowError.bufferUnknown }
    try ActionCheck.check(actions, after: Match())
    exchange.pipeline.execute(packet, actions, inPort: inPort, in: exchange.bridge)
  }
}

extension Pipeline {
  /// Does with a packet what a controller asks, once: no flow comes of it. Control thread.
  func execute(_ packet: [UInt8], _ actions: [any Action], inPort: UInt16, in bridge: Bridge) {
    let port = bridge.ports[inPort]
    let key = PacketParser.parse(packet, inPort: inPort)
    let (translation, _) = translate(Flow(key), at: port, in: bridge, doing: actions)
    let now = now()
    _ = learn(translation.effects, at: now)
    credit(translation.effects, Traffic(packets: 1, bytes: UInt64(packet.count), used: now))
    packet.withUnsafeBytes { bytes in
      sink.execute(bytes, inPort: port?.datapathPort ?? 0, actions: translation.actions)
    }
  }
}
