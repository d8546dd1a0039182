import Datapath
import Fields
import OpenFlow

extension Resume: Request {
  func handle(_ exchange: Exchange) throws {
    let pipeline = exchange.pipeline
    guard let continuation = packetIn.continuation,
      let bridge = pipeline.bridges.values.first(where: { $0.uuid == continuation.bridge })
    else { throw OpenFlowError.staleContinuation }
    let port = PortNumber(truncatingIfNeeded: continuation.datapathPort)
    let translation = pipeline.resume(packetIn, continuation, in: bridge, datapathPort: port)
    let traffic = Traffic(
      packets: 1, bytes: UInt64(packetIn.packet.count), used: pipeline.now(),
      tcpFlags: PacketParser.parse(packetIn.packet, inPort: port).tcpFlags)
    pipeline.execute(translation, on: packetIn.packet, inPort: port, traffic)
  }
}

extension Pipeline {
  /// Goes on with a paused packet, as it came back. Control thread.
  fileprivate func resume(
    _ message: PacketIn, _ continuation: Continuation, in bridge: Bridge,
    datapathPort: PortNumber
  ) -> Translation {
    let metadata = message.metadata.value
    let packet = HeaderParser.flow(message.packet, inPort: datapathPort)
    let translator = Translator(
      self, packet.key, DeepKey(packet), at: datapathPorts[datapathPort], in: bridge)
    translator.start(with: metadata)
    translator.flow.headers = packet.headers
    translator.flow.key.inPort = metadata.key.inPort
    translator.resume(continuation)
    translator.run()
    return translator.finish()
  }
}

extension Translator {
  /// Begins with what is left to do.
  fileprivate func resume(_ continuation: Continuation) {
    startActionSet(beforeTable: false)
    values = continuation.stack.reversed().map(StackValue.init)
    writeToActionSet(continuation.actionSet)
    for group in continuation.groups.reversed() {
      stack.append(.actions(WorkList(group.actions), next: 0))
      // In place of the rule that the actions stood in: it may be gone.
      let rule = Rule(
        CompactMatch(Match()), rank: 1, table: group.table, actions: [], cookie: group.cookie,
        now: 0)
      kept.append(rule)
      stack.append(.leaveTable(group.table, .passUnretained(rule), trace: 0))
      depth += 1
    }
  }
}
