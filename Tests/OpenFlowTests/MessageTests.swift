import Fields
import Testing

@testable import OpenFlow

@Suite struct MessageTests {
  private static let port: PortDescription = {
    var port = PortDescription(number: 1, address: EthernetAddress(0xaa55_aa55_000f), name: "p1")
    port.config = .noFlood
    port.current = [.fullDuplex10G, .fiber, .autonegotiation]
    return port
  }()

  static let messages: [any Message] = [
    Hello(), Hello(bitmap: [.v10, .v13]), EchoRequest([1, 2, 3]), EchoReply([4]),
    ErrorMessage(.badLength, request: [1, 2, 3]), ErrorMessage(.badMatchValue, request: []),
    FeaturesRequest(),
    FeaturesReply(
      datapathID: 5, tableCount: 254, capabilities: .flowStats, actions: 0xfff, ports: [port]),
    GetConfigRequest(), GetConfigReply(SwitchConfig(fragments: .drop)),
    SetConfig(SwitchConfig(fragments: .nxMatch, missSendLength: 128)),
    PacketOut(inPort: 1, actions: [OutputAction(port: 2)], packet: [1, 2, 3]),
    PortMod(port: 1, address: .broadcast, config: .noFlood, mask: .noFlood),
    PortStatus(.modify, port), BarrierRequest(), BarrierReply(),
    SetFlowFormat(nxm: true), FlowModTableID(enabled: true),
    DescriptionRequest(),
    DescriptionReply(
      manufacturer: "Nicira, Inc.", hardware: "Open vSwitch", software: "3.1.0",
      serialNumber: "None", datapath: "None"),
    FlowStatsRequest(FlowFilter(), extended: false),
    FlowStatsRequest(FlowFilter(), extended: true),
    FlowStatsReply(entries: [flowStats], extended: false),
    FlowStatsReply(entries: [flowStats, flowStats], extended: true),
    AggregateStatsRequest(FlowFilter(), extended: false),
    AggregateStatsRequest(FlowFilter(), extended: true),
    AggregateStatsReply(packetCount: 1, byteCount: 2, flowCount: 3, extended: true),
    TableStatsRequest(),
    TableStatsReply(entries: [
      .init(number: 3, maxFlows: 1_000_000, flowCount: 1, lookupCount: 2, matchedCount: 3)
    ]),
    PortStatsRequest(), PortStatsReply(entries: [.init(number: 1, counts: PortCounts())]),
    QueueStatsRequest(port: 1, queue: 2),
    QueueStatsReply(entries: [.init(port: 1, queue: 2, txBytes: 3, txPackets: 4, txErrors: 5)]),
    QueueConfigRequest(port: 1), QueueConfigReply(port: 1),
    PortDescriptionRequest(), PortDescriptionReply(entries: [port]),
  ]

  private static let flowStats: FlowStats = {
    var flow = FlowStats()
    flow.match.set(.inPort, 1)
    flow.match.set(.ethType, 0x0800)
    flow.duration = 1_500_000_000
    flow.idleAge = 7
    flow.actions = [OutputAction(port: 2), Resubmit(table: 3)]
    return flow
  }()

  static let samples: [[UInt8]] = messages.compactMap { encode($0, WireContext()) }

  private static func encode(_ message: any Message, _ context: WireContext) -> [UInt8]? {
    MessageCodec.encode(message, xid: 0x1234, context)
  }

  @Test func everyMessageSurvivesTheWire() throws {
    for message in Self.messages {
      let bytes = try #require(Self.encode(message, WireContext()))
      let decoded = try MessageCodec.decode(bytes, WireContext())
      #expect(decoded.header.xid == 0x1234)
      let again = try #require(Self.encode(decoded.message, WireContext()))
      #expect(again == bytes, "\(message)")
    }
  }

  @Test func everyMessageIsSampled() {
    let sampled = Set(Self.messages.map { "\(type(of: $0))" } + ["FlowMod"])
    #expect(Set(MessageCatalog.all.map { "\($0)" }).subtracting(sampled) == [])
  }

  /// Bytes that Debian's OVS 3.1 sent.
  @Test func recordedReplies() throws {
    let features = bytes(
      hex: """
        010600500000000500000a15395ec94000000000fe000000000000c700000fff
        00 01 aa55aa55000f 70310000000000000000000000000000 00000010 00000000
        00000000 00000000 00000000 00000000
        """)
    let reply = try #require(
      try MessageCodec.decode(features, WireContext()).message as? FeaturesReply)
    #expect(reply.datapathID == 0x0a15_395e_c940)
    #expect(reply.tableCount == 254)
    #expect(reply.ports.first?.name == "p1")
    #expect(reply.ports.first?.config == .noFlood)
    #expect(Self.encode(reply, WireContext()).map { Array($0[8...]) } == Array(features[8...]))
  }

  @Test func longRepliesComeInParts() throws {
    let entries = (0..<3000).map { i in
      var flow = FlowStats()
      flow.match.set(.inPort, UInt128(i))
      flow.actions = [OutputAction(port: 2)]
      return flow
    }
    let reply = FlowStatsReply(entries: entries, extended: true)
    var parts = try #require(ReplyParts(reply, xid: 7, WireContext()))
    var seen = 0
    var more = true
    while let part = parts.nextPart() {
      #expect(part.count <= 65535 && more)
      let decoded = try MessageCodec.decode(part, WireContext())
      more = decoded.more
      for flow in (decoded.message as? FlowStatsReply)?.entries ?? [] {
        #expect(flow.match.value.key.inPort == UInt16(seen))
        seen += 1
      }
    }
    #expect(!more && seen == 3000)
  }

  @Test func emptyReplyIsOneMessage() throws {
    var parts = try #require(
      ReplyParts(FlowStatsReply(entries: [], extended: false), xid: 7, WireContext()))
    #expect(parts.nextPart()?.count == 12)
    #expect(parts.nextPart() == nil)
  }
}
