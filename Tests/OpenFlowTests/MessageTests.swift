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
    Hello(), Hello(bitmap: VersionSet([.v10, .v13])), EchoRequest([1, 2, 3]), EchoReply([4]),
    ErrorMessage(.badLength, request: [1, 2, 3]), ErrorMessage(.badMatchValue, request: []),
    FeaturesRequest(),
    FeaturesReply(
      datapathID: 5, tableCount: 254, capabilities: .flowStats, actions: 0xfff, ports: [port]),
    GetConfigRequest(), GetConfigReply(SwitchConfig(fragments: .drop)),
    SetConfig(SwitchConfig(fragments: .nxMatch, missSendLength: 128)),
    PacketOut(inPort: 1, actions: [OutputAction(port: 2)], packet: [1, 2, 3]),
    PacketIn(.action, packet: [1, 2, 3], metadata: Match()), SetPacketInFormat(.nxt2),
    Resume(PacketIn(.action, packet: [1, 2, 3], metadata: Match())),
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
    QueueConfigRequest(port: 1), QueueConfigReply(port: 1, queues: [.init(port: 1, queue: 0)]),
    ConntrackFlushZone(7), conntrackFlush, BridgeIPFIXStatsRequest(), FlowIPFIXStatsRequest(),
    PortDescriptionRequest(), PortDescriptionReply(entries: [port]),
    TLVTableMod(.add, [.init(optionClass: 1, type: 2, length: 8, index: 3)]), TLVTableRequest(),
    TLVTableReply(TunnelOptionTable()),
  ]

  /// Messages that 1.0 does not have, or only in an extension's form, in every version that has them.
  @Test(arguments: OpenFlowVersion.allCases)
  func bundlesAndMonitorsSurviveTheWire(version: OpenFlowVersion) throws {
    var monitor = FlowMonitorRequest.Monitor(id: 7)
    monitor.flags = [.initial, .add, .own, .instructions]
    monitor.outPort = 3
    monitor.table = 4
    monitor.match.set(.ethType, 0x0800)
    var update = FlowMonitorReply.Update(.added)
    update.match.set(.ethType, 0x0800)
    update.idleTimeout = 5
    update.cookie = 9
    update.actions = [OutputAction(port: 2)]
    var removal = FlowMonitorReply.Update(.removed)
    removal.reason = 2
    var own = FlowMonitorReply.Update(.abbreviated)
    own.xid = 77
    let messages: [any Message] = [
      BundleControl(5, .commitRequest, flags: [.atomic]),
      BundleAddMessage(5, flags: [.ordered], content: [1, 2, 3, 4, 5, 6, 7, 8]),
      FlowMonitorRequest([monitor, monitor]), FlowMonitorCancel(7), FlowMonitorPaused(),
      FlowMonitorResumed(), FlowMonitorReply(entries: [update, removal, own]),
    ]
    let context = WireContext(version)
    for message in messages {
      guard let bytes = Self.encode(message, context) else {
        #expect(!type(of: message).places.contains { $0.versions.contains(version) })
        continue
      }
      let decoded = try MessageCodec.decode(bytes, context)
      #expect(try #require(Self.encode(decoded.message, context)) == bytes, "\(message)")
      // Cut anywhere, it is refused or means less, and nothing worse.
      for length in 8..<bytes.count {
        var cut = Array(bytes[..<length])
        cut[2] = UInt8(length >> 8)
        cut[3] = UInt8(length & 0xff)
        _ = try? MessageCodec.decode(cut, context)
      }
    }
  }

  private static let conntrackFlush: ConntrackFlush = {
    var flush = ConntrackFlush()
    flush.ipProtocol = 6
    flush.zone = 5
    flush.original = ConntrackFlush.Tuple()
    flush.original?.source = 0xffff_0a01_0101
    flush.original?.destinationPort = 80
    flush.reply = ConntrackFlush.Tuple()
    flush.reply?.icmpType = 8
    return flush
  }()

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

  /// Sampled with the versions that have them.
  private static let elsewhere = [
    "BundleControl", "BundleAddMessage", "FlowMonitorRequest", "FlowMonitorReply",
    "FlowMonitorCancel", "FlowMonitorPaused", "FlowMonitorResumed",
    "GroupMod", "GroupStatsRequest", "GroupStatsReply", "GroupDescriptionRequest",
    "GroupDescriptionReply", "GroupFeaturesRequest", "GroupFeaturesReply", "MeterMod",
    "MeterStatsRequest", "MeterStatsReply", "MeterDescriptionRequest", "MeterDescriptionReply",
    "MeterFeaturesRequest", "MeterFeaturesReply",
  ]

  @Test func everyMessageIsSampled() {
    let all = Self.messages + ControllerMessageTests.messages + VersionTests.messages
    let sampled = Set(all.map { "\(type(of: $0))" } + ["FlowMod"] + Self.elsewhere)
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
