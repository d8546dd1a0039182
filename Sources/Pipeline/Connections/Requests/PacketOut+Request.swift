import Datapath
import Fields
import OpenFlow
import Runtime

private let packetOuts = Coverage.counter("ofproto_packet_out")

extension PacketOut: Request {
  func handle(_ exchange: Exchange) throws {
    packetOuts.hit()
    let prepared = try PreparedPacketOut(self, in: exchange.bridge)
    exchange.pipeline.execute(prepared)
  }
}

/// A packet-out that was checked: nothing can go wrong any more. Bundles prepare all of theirs first.
/// Immutable.
final class PreparedPacketOut {
  let bridge: Bridge
  let packet: [UInt8]
  let actions: [any Action]
  /// The packet as tables see it; `key.inPort` is an OpenFlow port, which may not exist.
  let flow: Flow

  init(_ request: PacketOut, in bridge: Bridge) throws(OpenFlowError) {
    guard request.bufferID == FlowMod.noBuffer else { throw .bufferUnknown }
    self.bridge = bridge
    packet = request.packet
    actions = request.actions
    // Before OpenFlow 1.5 there is nothing but the port, and of a flow in full it costs the copying.
    var flow = request.metadata.isKeyOnly ? Flow() : request.metadata.value
    flow.key = PacketParser.parse(packet, inPort: request.inPort)
    flow.headers = HeaderParser.parse(packet, key: flow.key)
    self.flow = flow
    try Self.check(actions, for: flow, in: bridge)
  }

  /// Here it is known what headers the packet has.
  static func check(
    _ actions: [any Action], for flow: Flow, in bridge: Bridge
  ) throws(OpenFlowError) {
    // Nothing is wrong with outputs, and most packet-outs have nothing else.
    if actions.allSatisfy({ type(of: $0) == OutputAction.self }) { return }
    try ActionCheck.check(actions, after: Match(value: flow, mask: .all))
    try ActionSupport.check(ActionTraits(of: actions))
    try bridge.checkReferences(actions)
  }
}

extension PipelineMask {
  /// All of a packet.
  fileprivate static let all: PipelineMask = {
    var mask = PipelineMask()
    for word in 0..<Flow.wordCount { mask.setWord(word, .max) }
    return mask
  }()
}

extension Pipeline {
  /// Does with a packet what a controller asks, once: no flow comes of it. Control thread.
  func execute(_ request: PreparedPacketOut) {
    let port = request.bridge.ports[request.flow.key.inPort]
    let traffic = Traffic(
      packets: 1, bytes: UInt64(request.packet.count), used: now(),
      tcpFlags: request.flow.key.tcpFlags)
    let translation = translate(request, at: port) { credit($0, traffic) }
    execute(translation, on: request.packet, inPort: port?.datapathPort ?? 0, traffic)
  }

  /// Does what a translation found out for one packet that has no flow in the datapath.
  func execute(
    _ translation: Translation, on packet: [UInt8], inPort: PortNumber, _ traffic: Traffic
  ) {
    if !translation.effects.isEmpty {
      _ = learn(translation.effects, at: traffic.used)
      learnFlows(translation.effects)
    }
    if !translation.effects.isEmpty || translation.visits != nil { credit(translation, traffic) }
    guard !translation.actions.isEmpty else { return }
    packet.withUnsafeBytes { bytes in
      sink.execute(bytes, inPort: inPort, actions: translation.actions)
    }
  }
}
