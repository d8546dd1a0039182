import Fields
import Testing

@testable import OpenFlow

/// Messages in every version: what is written can be read, and is what Debian's OVS 3.1 says.
@Suite struct VersionTests {
  private static let port: PortDescription = {
    var port = PortDescription(number: 1, address: EthernetAddress(0xaa55_aa55_000f), name: "p1")
    port.config = .noReceive
    port.state = .live
    port.current = [.fullDuplex10G, .fiber]
    return port
  }()

  private static let flowStats: FlowStats = {
    var flow = FlowStats()
    flow.table = 3
    flow.match.set(.inPort, 1)
    flow.match.set(.ethType, 0x0800)
    flow.duration = 1_500_000_000
    flow.flags = .sendFlowRemoved
    flow.importance = 5
    flow.actions = [OutputAction(port: 2), GotoTable(7)]
    return flow
  }()

  private static let removed: FlowRemoved = {
    var removed = FlowRemoved(.hardTimeout)
    removed.match.set(.inPort, 1)
    removed.table = 4
    removed.duration = 2_000_000_001
    removed.packetCount = 9
    return removed
  }()

  private static let tableMod: TableMod = {
    var request = TableMod(table: 3)
    request.miss = .drop
    request.evicts = true
    request.tellsVacancy = true
    request.vacancy = .init(down: 20, up: 80)
    return request
  }()

  static let messages: [any Message] = [
    FeaturesReply(
      datapathID: 5, tableCount: 254, capabilities: [.flowStats, .groupStats, .bundles],
      actions: 0xfff, ports: [port]),
    PortMod(
      port: 1, address: .broadcast, config: .noReceive, mask: .noReceive,
      advertise: .fullDuplex1G),
    PortStatus(.modify, port), BarrierRequest(), BarrierReply(),
    DescriptionRequest(), removed, tableMod,
    SetConfig(SwitchConfig(fragments: .drop, missSendLength: 128)),
    FlowStatsRequest(FlowFilter(), extended: false),
    FlowStatsReply(entries: [flowStats, flowStats], extended: false),
    AggregateStatsRequest(FlowFilter(), extended: false),
    AggregateStatsReply(packetCount: 1, byteCount: 2, flowCount: 3, extended: false),
    TableStatsRequest(),
    TableStatsReply(entries: [
      .init(number: 3, maxFlows: 1_000_000, flowCount: 1, lookupCount: 2, matchedCount: 3)
    ]),
    TableDescriptionRequest(),
    TableDescriptionReply(entries: [TableDescription(table: 3)]),
    TableStatus(.vacancyDown, TableDescription(table: 3)),
    TableFeaturesRequest(),
    TableFeaturesReply(entries: [
      .complete(table: 0, name: "in", maxFlows: 1_000_000, .v13),
      .complete(table: 253, name: "", maxFlows: 1_000_000, .v13),
    ]),
    PortStatsRequest(),
    PortStatsReply(entries: [.init(number: 1, counts: PortCounts(), duration: 1_000_000_007)]),
    QueueStatsRequest(port: 1, queue: 2),
    QueueStatsReply(entries: [.init(port: 1, queue: 2, txBytes: 3, txPackets: 4, txErrors: 5)]),
    QueueConfigRequest(port: 1), QueueConfigReply(port: 1, queues: [.init(port: 1, queue: 3)]),
    PortDescriptionRequest(port: 1), PortDescriptionReply(entries: [port]), FlowAge(),
  ]

  static let samples: [(version: OpenFlowVersion, bytes: [UInt8])] =
    OpenFlowVersion.allCases.flatMap { version in
      messages.compactMap { message in
        MessageCodec.encode(message, xid: 7, WireContext(version)).map { (version, $0) }
      }
    }

  @Test func everyMessageSurvivesTheWireInEveryVersion() throws {
    #expect(Self.samples.count > 130)
    for (version, bytes) in Self.samples {
      let context = WireContext(version)
      let decoded = try MessageCodec.decode(bytes, context)
      #expect(MessageCodec.encode(decoded.message, xid: 7, context) == bytes, "\(decoded)")
    }
  }

  /// What a table can do is a list of all fields: byte by byte what OVS tells.
  @Test func tableFeatures() throws {
    let lengths: [OpenFlowVersion: Int] = [.v13: 5152, .v14: 5152, .v15: 5120]
    for (version, length) in lengths {
      let features = TableFeatures.complete(table: 0, name: "", maxFlows: 1_000_000, version)
      var writer = WireWriter()
      features.write(to: &writer, WireContext(version))
      #expect(writer.count == length)
    }
  }

  @Test func tableStatistics() {
    let entry = TableStatsReply.Table(
      number: 0, maxFlows: 1_000_000, flowCount: 0, lookupCount: 0, matchedCount: 0)
    let head = "00000000 00000000" + String(repeating: "00", count: 32)
    let cases: [(OpenFlowVersion, String)] = [
      (
        .v11,
        "0000fbff 0000fbff 0000003e 01ffe7ff 01ffe7ff 00000000 000f4240 00000000"
      ),
      (
        .v12,
        "0000101ffffffffd 0000101ffffffffd 03ff8001 03ff8001 0000000ffffffbdd 0000000ffffffbdd"
          + "ffffffffffffffff ffffffffffffffff 0000003e 00000000 000f4240 00000000"
      ),
    ]
    for (version, expected) in cases {
      let reply = MessageCodec.encode(
        TableStatsReply(entries: [entry]), xid: 0, WireContext(version))
      let tail = String(repeating: "00", count: 16)
      #expect(reply.map { Array($0[16...]) } == bytes(hex: head + expected + tail))
    }
  }

  @Test func instructions() {
    let cases: [(OpenFlowVersion, String, OpenFlowError?)] = [
      (.v13, "0001000803000000", nil), (.v13, "0001000800000000", .badInstructionTableID),
      (.v13, "00010008030000000001000804000000", .duplicateInstruction),
      (.v13, "0001000c03000000", .badInstructionLength),
      (.v13, "0001001003000000", .badInstructionLength),
      (.v13, "0009000800000000", .unknownInstruction),
      (.v13, "ffff000800002320", .badInstructionExperimenter),
      (.v13, "0006000800000001", nil), (.v13, "0006000800000000", .invalidMeter),
      (.v15, "0006000800000001", .unknownInstruction),
      (.v13, "00040018000000000000001000000001ffff000000000000", nil),
      (.v13, "0004001800000000000000100000ff00ffff000000000000", .badOutPort),
      (.v13, "0004001000000000 0012000800000000", .matchInconsistent),
      (.v13, "0003001800000000ffff0010000023200008000000000000", .badActionType),
      (.v11, "00040010000000000001000800050000", .matchInconsistent),
    ]
    for (version, instructions, expected) in cases {
      let body =
        String(repeating: "00", count: 16) + "0000 0000 0000 0005 ffffffff ffffffff ffffffff"
        + "00000000"
      var match = WireWriter()
      Match().write(to: &match, WireContext(version))
      var message = WireWriter()
      message.append([version.rawValue, 14, 0, 0, 0, 0, 0, 5])
      message.append(bytes(hex: body))
      message.append(match.bytes)
      message.append(bytes(hex: instructions))
      message.patch16(at: 2, message.count)
      var error: OpenFlowError?
      do {
        _ = try MessageCodec.decode(message.bytes, WireContext(version))
      } catch let thrown {
        error = thrown
      }
      #expect(error == expected, "\(version) \(instructions)")
    }
  }

  @Test func instructionTexts() throws {
    let actions =
      "meter:5,dec_ttl,clear_actions,write_actions(output:1),write_metadata:0x1/0xff,goto_table:3"
    #expect(ActionText.format(try ActionText.parse(actions)) == actions)
    let wrong: [(String, String)] = [
      (
        "goto_table:3,output:1",
        "invalid instruction ordering: apply_actions must appear before goto_table, "
          + "for OpenFlow 1.1+ compatibility"
      ),
      (
        "clear_actions,clear_actions",
        "duplicate clear_actions instruction not allowed, for OpenFlow 1.1+ compatibility"
      ),
      ("write_actions(goto_table:3)", "goto_table instruction not allowed here"),
      ("apply_actions(output:1)", "apply_actions is the default instruction"),
    ]
    for (text, expected) in wrong {
      #expect(throws: FlowTextError(expected)) { try ActionText.parse(text) }
    }
  }
}
