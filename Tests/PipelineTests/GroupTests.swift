import Datapath
import Fields
import OpenFlow
import Testing

@testable import Pipeline

/// Groups in translation. Texts of traces are what Debian's Open vSwitch 3.1 writes.
@Suite struct GroupTests {
  private func make(_ groups: String..., flows: [String] = []) throws -> TestSwitch {
    let s = TestSwitch()
    s.bridge("br0", secure: true)
    for number in 1...4 { s.port("br0", "p\(number)", UInt16(number), PortNumber(number)) }
    for group in groups { try s["br0"].apply(GroupText.parse(group)) }
    for flow in flows { try s.flows("br0", flow) }
    return s
  }

  private static let packet =
    "tcp,nw_src=10.0.0.1,nw_dst=10.0.0.2,tcp_src=1,tcp_dst=2,dl_src=00:00:00:00:00:01,"
    + "dl_dst=00:00:00:00:00:02"

  /// The lines of a trace from the first table to the datapath actions.
  private func body(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(4)
      .joined(separator: "\n")
  }

  @Test func allBuckets() throws {
    let s = try make(
      "group_id=1,type=all,bucket=bucket_id:3,output:1,bucket=bucket_id:12,output:1,"
        + "bucket=bucket_id:13,output:2,bucket=bucket_id:7,mod_dl_src:00:11:22:33:44:55,output:3",
      flows: ["in_port=2,actions=group:1"])
    #expect(
      body(s.trace("br0", "in_port=2," + Self.packet)) == """
         0. in_port=2, priority 32768
            group:1
            bucket 3
                    output:1
            bucket 12
                    output:1
            bucket 13
                    output:2
                     >> skipping output to input port
            bucket 7
                    mod_dl_src:00:11:22:33:44:55
                    output:3

        Final flow: unchanged
        Megaflow: recirc_id=0,eth,ip,in_port=2,dl_src=00:00:00:00:00:01,nw_frag=no
        Datapath actions: 1,1,set(eth(src=00:11:22:33:44:55)),3
        """)
  }

  @Test func hashOfFields() throws {
    let s = try make(
      "group_id=2,type=select,selection_method=hash,fields(eth_dst,ip_dst=255.255.255.0),"
        + "bucket=weight:5,output:1,bucket=weight:10,output:2,bucket=output:3",
      flows: ["in_port=1,actions=group:2"])
    #expect(
      body(s.trace("br0", "in_port=1," + Self.packet)) == """
         0. in_port=1, priority 32768
            group:2
             -> bucket 0: score 203765
             -> bucket 1: score 280350
             -> bucket 2: score 57477
             -> using bucket 1
            bucket 1
                    output:2

        Final flow: unchanged
        Megaflow: recirc_id=0,eth,ip,in_port=1,dl_dst=00:00:00:00:00:02,nw_dst=10.0.0.0/24,nw_frag=no
        Datapath actions: 2
        """)
  }

  /// What a bucket does is undone behind it; what follows the group goes on with the packet before.
  @Test func changesAreUndone() throws {
    let s = try make(
      "group_id=1,type=all,bucket=mod_nw_tos:4,output:2,bucket=output:3",
      flows: ["in_port=1,actions=mod_nw_tos:8,group:1,output:4"])
    let text = s.trace("br0", "in_port=1," + Self.packet)
    #expect(
      text.contains(
        "Datapath actions: set(ipv4(tos=0x4/0xfc)),2,set(ipv4(tos=0x8/0xfc)),3,4"))
  }

  @Test func fastFailover() throws {
    let s = try make(
      "group_id=1,type=ff,bucket=watch_port:2,output:2,bucket=watch_group:2,output:3,"
        + "bucket=watch_port:4,output:4",
      "group_id=2,type=ff,bucket=watch_port:3,output:3",
      flows: ["in_port=1,actions=group:1"])
    let key = key("in_port(1),eth(src=00:00:00:00:00:01,dst=00:00:00:00:00:02),eth_type(0x1234)")
    func down(_ number: UInt16) {
      var settings = PortSettings(
        ofport: number, name: "p\(number)", kind: .datapath(number), typeName: "dummy")
      settings.linkUp = false
      s["br0"].updatePort(settings)
    }
    let flow = try #require(s.miss(key))
    #expect(s.datapath.actions(of: flow) == [.output(2)])
    // A change of liveness reaches the flows that are there.
    down(2)
    s.pipeline.megaflows.revalidate()
    #expect(s.datapath.actions(of: flow) == [.output(3)])
    down(3)
    s.pipeline.megaflows.revalidate()
    #expect(s.datapath.actions(of: flow) == [.output(4)])
    s["br0"].setPortConfig(4, .portDown, mask: .portDown)
    s.pipeline.megaflows.revalidate()
    #expect(s.datapath.actions(of: flow) == [])
    let text = s.trace("br0", "in_port=1")
    #expect(text.contains("     -> bucket 0: not live due to port 2\n"))
    #expect(text.contains("     -> bucket 1: not live due to port 2\n"))
    #expect(text.contains("     -> no live bucket\n"))
  }

  /// Weights decide how many of many connections a bucket gets, and dead buckets get none.
  @Test func weights() throws {
    for method in ["selection_method=hash,", "selection_method=hash,fields(ip_dst),"] {
      let s = try make(
        "group_id=1,type=select,\(method)bucket=weight:1,output:2,bucket=weight:3,output:3,"
          + "bucket=weight:0,output:4",
        flows: ["in_port=1,actions=group:1"])
      var counts: [PortNumber: Int] = [:]
      for index in 0..<400 {
        let translation = s.translate(
          key(
            "in_port(1),eth(src=00:00:00:00:00:01,dst=00:00:00:00:00:02),eth_type(0x0800),"
              + "ipv4(src=10.0.0.1,dst=10.0.\(index / 100).\(index % 100),proto=17,tos=0,ttl=64),"
              + "udp(src=1,dst=2)"))
        if case .output(let port) = translation?.actions.first { counts[port, default: 0] += 1 }
      }
      #expect(counts[4] == nil)
      #expect((50...150).contains(counts[2] ?? 0), "\(method) \(counts)")
    }
  }

  /// The usual way: the datapath computes a hash, and the packet comes back with it.
  @Test func datapathHash() throws {
    let s = try make(
      "group_id=1,type=select,bucket=weight:5,output:2,bucket=weight:11,output:3",
      flows: ["in_port=1,actions=mod_dl_src:00:00:00:00:00:77,group:1,output:4"])
    var key = key("in_port(1),eth(src=00:00:00:00:00:01,dst=00:00:00:00:00:02),eth_type(0x1234)")
    let first = try #require(s.translate(key))
    guard case .recirculate(let id)? = first.actions.last else {
      Issue.record("\(first.actions)")
      return
    }
    #expect(first.actions.dropLast().last == .hash(algorithm: 1, basis: 0))
    key.recircID = id
    key.ethSrc = mac("00:00:00:00:00:77")
    var counts: [PortNumber: Int] = [:]
    for hash in 1...160 {
      var deep = DeepKey()
      deep.dpHash = UInt32(hash)
      let second = try #require(s.pipeline.translate(key, deep))
      #expect(second.deepMask.dpHash == 0xf)
      #expect(second.actions.last == .output(4))
      if case .output(let port)? = second.actions.first { counts[port, default: 0] += 1 }
    }
    #expect(counts == [2: 50, 3: 110])
    // A dead bucket's share goes to the others.
    try s["br0"].apply(
      GroupText.parse(
        "group_id=1,type=select,bucket=watch_port:9,output:2,bucket=output:3,"
          + "bucket=watch_port:8,output:2",
        .modify))
    var deep = DeepKey()
    deep.dpHash = 5
    #expect(s.pipeline.translate(key, deep)?.actions.first == .output(3))
  }

  @Test func loopsAndMissingGroupsEnd() throws {
    let s = try make(
      "group_id=1,type=all,bucket=group:1,bucket=group:1",
      "group_id=2,type=all,bucket=group:9,bucket=output:3",
      flows: ["in_port=1,actions=group:1", "in_port=2,actions=group:2,output:4"])
    let text = s.trace("br0", "in_port=1")
    #expect(text.contains("Recursion too deep"))
    #expect(s.trace("br0", "in_port=2").contains(" >> output to nonexistent group 9\n"))
    #expect(s.trace("br0", "in_port=2").hasSuffix("Datapath actions: 3,4"))
    // Buckets that lead to many buckets are bounded, too.
    for id in 10..<40 {
      let next = id + 1
      try s["br0"].apply(
        GroupText.parse("group_id=\(id),type=all,bucket=group:\(next),bucket=group:\(next)"))
    }
    try s.flows("br0", "in_port=3,actions=group:10")
    #expect(s.trace("br0", "in_port=3").contains("Too many resubmits"))
  }

  @Test func statistics() throws {
    let s = try make(
      "group_id=1,type=all,bucket=output:2,bucket=output:3",
      "group_id=2,type=ff,bucket=watch_port:9,output:2,bucket=watch_port:3,output:3",
      flows: ["in_port=1,actions=group:1", "in_port=2,actions=group:2,group:2"])
    for number in [1, 2] {
      let flow = try #require(
        s.miss(key("in_port(\(number)),eth(src=00:00:00:00:00:01,dst=00:00:00:00:00:02)")))
      s.datapath.hit(flow, packets: 3, bytes: 300, at: s.time)
    }
    s.time += 1500
    let groups = s["br0"].groupStatistics(GroupID.all)
    #expect(groups.map(\.id) == [1, 2])
    // Debian's counts how often flows name a group, not the flows.
    #expect(groups.map(\.references) == [1, 2])
    #expect(groups.map(\.counts.packets) == [3, 6])
    #expect(groups[0].buckets.map(\.bytes) == [300, 300])
    #expect(groups[1].buckets.map(\.packets) == [0, 6])
    #expect(groups[0].duration == 1_500_000_000)
    // A changed group starts to count anew, but keeps its age.
    try s["br0"].apply(GroupText.parse("group_id=1,type=all,bucket=output:4", .modify))
    let changed = s["br0"].groupStatistics(1)
    #expect(changed.map(\.counts.packets) == [0])
    #expect(changed.map(\.duration) == [1_500_000_000])
  }

  @Test func flowsGoWithTheirGroups() throws {
    let s = try make(
      "group_id=1,type=all,bucket=output:2", "group_id=2,type=all,bucket=group:1",
      flows: [
        "in_port=1,actions=group:1", "in_port=2,actions=write_actions(group:1)",
        "in_port=3,actions=group:2",
      ])
    #expect(throws: OpenFlowError.badOutGroup) {
      try s.flows("br0", "in_port=4,actions=group:7")
    }
    var reasons: [Rule.RemovalReason] = []
    s.pipeline.onFlowRemoved = { _, _, reason in reasons.append(reason) }
    try s.flows("br0", "in_port=4,send_flow_rem,actions=group:1")
    try s["br0"].apply(GroupMod(.delete, groupID: 1))
    #expect(s["br0"].flowCount == 1)
    #expect(s["br0"].groups.count == 1)
    #expect(reasons == [.groupDelete])
  }

  @Test func actionSet() throws {
    let s = try make(
      "group_id=1,type=all,bucket=mod_dl_dst:00:00:00:00:00:09,output:2,bucket=output:3",
      flows: [
        "in_port=3,actions=write_actions(output:1,group:1)",
        "in_port=2,actions=write_actions(output:1),goto_table:2",
        "table=2,actions=clear_actions",
        "in_port=1,actions=output:4,write_actions(output:2),goto_table:1",
        "table=1,actions=write_actions(mod_dl_src:00:00:00:00:00:05,output:3)",
      ])
    #expect(
      body(s.trace("br0", "in_port=3")) == """
         0. in_port=3, priority 32768
            write_actions(output:1,group:1)
             -> action set is: group:1
        --. Executing action set:
            group:1
            bucket 0
                    mod_dl_dst:00:00:00:00:00:09
                    output:2
            bucket 1
                    output:3
                     >> skipping output to input port

        Final flow: unchanged
        Megaflow: recirc_id=0,eth,in_port=3,dl_dst=00:00:00:00:00:00,dl_type=0x0000
        Datapath actions: set(eth(dst=00:00:00:00:00:09)),2
        """)
    #expect(s.trace("br0", "in_port=2").contains("     -> action set was: output:1\n"))
    #expect(s.trace("br0", "in_port=2").hasSuffix("Datapath actions: drop"))
    #expect(
      s.trace("br0", "in_port=1").hasSuffix(
        "Datapath actions: 4,set(eth(src=00:00:00:00:00:05)),3"))
  }

  /// Every bridge has an action set of its own.
  @Test func actionSetAcrossPatchPorts() throws {
    let s = try make(flows: ["in_port=1,actions=output:10,write_actions(output:2)"])
    s.bridge("br1", secure: true)
    s.patch("br0", "pa", 10, peer: "pb")
    s.patch("br1", "pb", 11, peer: "pa")
    s.port("br1", "q1", 1, 7)
    try s.flows("br1", "actions=write_actions(mod_dl_src:00:00:00:00:00:05,output:1)")
    #expect(
      s.trace("br0", "in_port=1").hasSuffix(
        "Datapath actions: set(eth(src=00:00:00:00:00:05)),7,set(eth(src=00:00:00:00:00:00)),2"))
  }
}
