import TestSupport
import Testing

@testable import OpenFlow

@Suite struct GroupTests {
  private func request(_ command: String, _ text: String) throws -> any Message {
    switch command {
    case "add-group": try GroupText.parse(text, .add)
    case "mod-group": try GroupText.parse(text, .modify)
    case "del-groups": try GroupText.parse(text, .delete)
    case "insert-buckets": try GroupText.parse(text, .insertBucket)
    case "remove-buckets": try GroupText.parse(text, .removeBucket)
    case "add-meter": try MeterText.parse(text, .add)
    default: try MeterText.parse(text, .delete)
    }
  }

  /// Texts become the bytes that `ovs-ofctl` sends, and the bytes come back as themselves.
  @Test func recorded() throws {
    for item in RecordedGroups.all {
      let recorded = bytes(hex: item.message)
      let version = try #require(OpenFlowVersion(rawValue: recorded[0]))
      let context = WireContext(version)
      let xid = UInt32(recorded[7])
      let written = MessageCodec.encode(
        try request(item.command, item.text), xid: xid, context)
      #expect(written == recorded, "\(version) \(item.command) \(item.text)")
      let decoded = try MessageCodec.decode(recorded, context)
      #expect(MessageCodec.encode(decoded.message, xid: xid, context) == recorded)
    }
  }

  /// The same errors as Debian's for the same bytes.
  @Test func errors() {
    func error(_ hex: String, _ version: OpenFlowVersion) -> OpenFlowError? {
      var message = bytes(hex: hex)
      message[3] = UInt8(message.count)
      do {
        _ = try MessageCodec.decode(message, WireContext(version))
        return nil
      } catch { return error }
    }
    let head = "040f000000000001"
    #expect(error(head + "0007000000000001", .v13) == .badGroupCommand)
    #expect(error(head + "0000070000000001", .v13) == .badGroupType)
    #expect(error(head + "0000020000000001", .v13) == .invalidGroup)
    #expect(
      error(head + "0000000000000001" + "000f0000ffffffffffffffff00000000", .v13) == .badBucket)
    #expect(
      error(head + "0000000000000001" + "001000050000ffffffffffff00000000", .v13) == .badWatch)
    #expect(
      error(head + "0000000000000001" + "00100005ffffffffffffffff00000000", .v13)
        == .invalidGroup)
    #expect(
      error(head + "0000000000000001" + "0010000000000001ffffffff00000000", .v13)
        == .groupWatchUnsupported)
    #expect(
      error(head + "0000030000000001" + "00100000ffffffffffffffff00000000", .v13)
        == .invalidGroup)
    #expect(
      error(head + "0002000000000001" + "00100000ffffffffffffffff00000000", .v13)
        == .invalidGroup)
    let head15 = "060f000000000001"
    #expect(error(head15 + "0000000000000001" + "0000000000000000", .v15) == .badBucket)
    #expect(
      error(
        head15 + "0000000000000001" + "00100000ffffffff" + "00080000000000010008000000000001", .v15)
        == .badBucket)
    #expect(
      error(
        head15 + "0000000000000001" + "00100000ffffffff" + "00100000000000010009000400000000", .v15)
        == .badPropertyType)
    #expect(
      error(head15 + "0000000000000001" + "00000000ffffffff" + "ffff00080000154d", .v15)
        == .badPropertyLength)
    #expect(
      error(
        head15 + "0000000000000001" + "00000000ffffffff" + "ffff000c00001234" + "0000000100000000",
        .v15)
        == .badPropertyExperimenterType)
    #expect(
      error(
        head15 + "0000000000000001" + "00000000ffffffff" + "ffff000c0000154d" + "0000000100000000",
        .v15)
        == .badPropertyValue)
    let meter = "041d000000000001"
    #expect(error(meter + "0003000100000001", .v13) == .badMeterCommand)
    #expect(error(meter + "0000000300000001", .v13) == .badMeterFlags)
    #expect(
      error(meter + "0000000100000001" + "0007001000000001" + "0000000000000000", .v13)
        == .badMeterBand)
    #expect(error(meter + "0000000100000001" + "0001000800000001", .v13) == .badLength)
  }

  @Test func descriptions() throws {
    let text =
      "group_id=2,type=select,selection_method=hash,selection_method_param=7,"
      + "fields(eth_dst,ip_dst=255.255.255.0),bucket=bucket_id:0,weight:5,actions=output:1,"
      + "bucket=bucket_id:4,watch_port:2,watch_group:9,actions=group:3,bucket=bucket_id:1,weight:0,"
      + "actions=drop"
    let request = try GroupText.parse(text)
    let group = GroupDescriptionReply.Group(
      id: request.groupID, type: request.type, buckets: request.buckets,
      selection: request.selection)
    #expect(GroupText.format(group) == text)
    for version in [OpenFlowVersion.v10, .v15] {
      let context = WireContext(version)
      let written = MessageCodec.encode(
        GroupDescriptionReply(entries: [group]), xid: 1, context)
      let reply = try MessageCodec.decode(try #require(written), context)
      let entries = (reply.message as? GroupDescriptionReply)?.entries ?? []
      #expect(entries.map { GroupText.format($0) } == [text])
    }
    let context = WireContext(.v13)
    let written = MessageCodec.encode(GroupDescriptionReply(entries: [group]), xid: 1, context)
    let reply = try MessageCodec.decode(try #require(written), context)
    #expect(
      (reply.message as? GroupDescriptionReply)?.entries.map { GroupText.format($0, .v13) } == [
        "group_id=2,type=select,bucket=weight:5,actions=output:1,"
          + "bucket=watch_port:2,watch_group:9,actions=group:3,bucket=weight:0,actions=drop"
      ])
  }

  @Test func statistics() throws {
    var group = GroupStatsReply.Group(id: 7)
    group.references = 3
    group.counts.packets = 5
    group.duration = 1_500_000_000
    group.buckets = [GroupStatsReply.Counts(), group.counts]
    var meter = MeterStatsReply.Meter(id: 8)
    meter.flowCount = 2
    meter.received = .init(packets: 9, bytes: 99)
    meter.bands = [.init(packets: 1, bytes: 2)]
    meter.duration = 7_000_000_001
    for version in OpenFlowVersion.allCases {
      let context = WireContext(version)
      let bytes = MessageCodec.encode(GroupStatsReply(entries: [group]), xid: 1, context)
      let decoded = try MessageCodec.decode(try #require(bytes), context)
      var expected = group
      if version == .v11 || version == .v12 { expected.duration = 0 }
      #expect((decoded.message as? GroupStatsReply)?.entries == [expected])
      guard version >= .v13 else { continue }
      let meters = MessageCodec.encode(MeterStatsReply(entries: [meter]), xid: 1, context)
      let again = try MessageCodec.decode(try #require(meters), context)
      #expect((again.message as? MeterStatsReply)?.entries == [meter])
    }
  }

  @Test func meterTexts() throws {
    let text = "meter=1 kbps burst stats bands=\ntype=drop rate=1000 burst_size=500\n"
    #expect(MeterText.format(try MeterText.parse(text).meter) == text)
    let errors = [
      ("kbps bands=type=drop rate=1", "must specify 'meter'"),
      ("meter=1 bands=type=drop rate=1", "meter must specify either 'kbps' or 'pktps'"),
      ("meter=1 kbps bands=rate=1", "band must start with the 'type' keyword"),
      ("meter=1 kbps bands=type=drop", "band must have 'rate'"),
      (
        "meter=1 kbps bands=type=drop rate=1 burst_size=3",
        "band may have 'burst_size' only when 'burst' flag is set"
      ),
    ]
    for (text, reason) in errors {
      do throws(FlowTextError) {
        _ = try MeterText.parse(text)
        Issue.record("\(text)")
      } catch { #expect(error.description == reason) }
    }
  }

  /// Order and choice of an action set's actions.
  @Test func actionSets() throws {
    func list(_ text: String) throws -> String {
      ActionText.format(ActionSet.list(try ActionText.parse(text)))
    }
    #expect(
      try list("output:1,mod_nw_tos:4,strip_vlan,output:2") == "strip_vlan,mod_nw_tos:4,output:2")
    #expect(try list("group:3,output:1,resubmit(,2)") == "group:3")
    #expect(try list("mod_nw_tos:4,strip_vlan") == "drop")
    #expect(
      try list("push_vlan:0x8100,dec_ttl,push_vlan:0x88a8,strip_vlan,output:1")
        == "strip_vlan,push_vlan:0x88a8,dec_ttl,output:1")
  }

  /// Whatever comes: an error, or a value that can be written and read again.
  @Test func fuzz() {
    var random = SplitMix(seed: 5)
    for round in 0..<6_000 {
      let item = RecordedGroups.all[round % RecordedGroups.all.count]
      var message = bytes(hex: item.message)
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let at = Int.random(in: 8..<message.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: message[at] = UInt8.random(in: 0...255, using: &random)
        case 1: message[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: message.insert(contentsOf: message[at...].prefix(8), at: at)
        default: message.removeLast(min(message.count - 9, 8))
        }
      }
      message[2] = UInt8(message.count >> 8)
      message[3] = UInt8(truncatingIfNeeded: message.count)
      guard let version = OpenFlowVersion(rawValue: message[0]) else { continue }
      let context = WireContext(version)
      guard let decoded = try? MessageCodec.decode(message, context),
        let again = MessageCodec.encode(decoded.message, xid: 1, context)
      else { continue }
      #expect((try? MessageCodec.decode(again, context)) != nil)
      var text = item.text
      text.insert(
        Array("=,:()1ax")[round % 8],
        at: text.indices.randomElement(using: &random) ?? text.startIndex)
      _ = try? request(item.command, text)
    }
  }
}
