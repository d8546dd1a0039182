import OpenFlow
import Runtime
import Testing

@testable import Pipeline

/// Texts of `ofproto/trace` and `bridge/dump-flows` as Debian's Open vSwitch 3.1 writes them for the
/// same bridges and flows.
@Suite struct TraceTests {
  /// br0 with p1 (1), p2 (access 10), p3 (trunk 10,20), joined to br1 with q1.
  private func pair() -> TestSwitch {
    let s = TestSwitch()
    s.bridge("br0")
    s.bridge("br1")
    s.port("br0", "p1", 1, 1)
    s.port("br0", "p2", 2, 2, vlan: VLANSettings(mode: .access, tag: 10))
    s.port("br0", "p3", 3, 3, vlan: VLANSettings(trunks: [10, 20]))
    s.port("br0", "br0", 65534, 100)
    s.patch("br0", "pa", 10, peer: "pb")
    s.patch("br1", "pb", 11, peer: "pa")
    s.port("br1", "q1", 1, 4)
    s.port("br1", "br1", 65534, 101)
    return s
  }

  @Test func floodsAcrossPatchPorts() {
    let s = pair()
    let text = s.trace("br0", "in_port=1,dl_src=50:54:00:00:00:01,dl_dst=50:54:00:00:00:02")
    #expect(
      text == """
        Flow: in_port=1,vlan_tci=0x0000,dl_src=50:54:00:00:00:01,dl_dst=50:54:00:00:00:02,dl_type=0x0000

        bridge("br0")
        -------------
         0. priority 0
            NORMAL
             -> no learned MAC for destination, flooding

        bridge("br1")
        -------------
         0. priority 0
            NORMAL
             -> no learned MAC for destination, flooding

        Final flow: unchanged
        Megaflow: recirc_id=0,eth,in_port=1,dl_src=50:54:00:00:00:01,dl_dst=50:54:00:00:00:02,dl_type=0x0000
        Datapath actions: 4,101,100
        """)
  }

  /// Ports carry Ethernet; only patch ports take whatever there is.
  @Test func packetsWithoutEthernetStayInside() throws {
    let s = pair()
    for (port, actions, sent) in [
      (1, "output:2", "drop"), (2, "output(port=1,max_len=100)", "trunc(100)"),
      (3, "output:10", "drop"),
    ] {
      try s.flows("br0", "in_port=\(port),mpls,actions=decap(),\(actions)")
      let text = s.trace("br0", "in_port=\(port),mpls,mpls_label=3,mpls_bos=1")
      #expect(
        text.contains(
          ">> Trying to send non-Ethernet packet through legacy L2 port. Dropping packet."))
      #expect(text.hasSuffix("Datapath actions: \(sent)"))
      #expect(text.contains("bridge(\"br1\")") == (port == 3))
    }
  }

  /// A trace that learns nothing does not know the packet's own source either.
  @Test func packetWithoutAddresses() {
    let text = pair().trace("br0", "in_port=1")
    #expect(text.contains("-> no learned MAC for destination, flooding"))
    #expect(text.contains("Datapath actions: 4,101,100"))
  }

  @Test func learnsFromGeneratedPackets() {
    let s = pair()
    let flow = "in_port=1,dl_src=50:54:00:00:00:01,dl_dst=50:54:00:00:00:02"
    let text = s.trace("br0", flow, "-generate")
    #expect(
      text.contains(
        """
            NORMAL
             -> learned that 50:54:00:00:00:01 is on port p1 in VLAN 0
             -> no learned MAC for destination, flooding
        """))
    #expect(text.contains("-> learned that 50:54:00:00:00:01 is on port pb in VLAN 0"))
    let back = s.trace("br0", "in_port=LOCAL,dl_src=50:54:00:00:00:03,dl_dst=50:54:00:00:00:01")
    #expect(
      back == """
        Flow: in_port=LOCAL,vlan_tci=0x0000,dl_src=50:54:00:00:00:03,dl_dst=50:54:00:00:00:01,dl_type=0x0000

        bridge("br0")
        -------------
         0. priority 0
            NORMAL
             -> forwarding to learned port

        Final flow: unchanged
        Megaflow: recirc_id=0,eth,in_port=LOCAL,dl_src=50:54:00:00:00:03,dl_dst=50:54:00:00:00:01,dl_type=0x0000
        Datapath actions: 1
        """)
  }

  @Test func saysWhyVLANsAreRefused() {
    let s = pair()
    #expect(
      s.trace("br0", "in_port=2,dl_vlan=10,dl_src=50:54:00:00:00:03,dl_dst=50:54:00:00:00:01")
        == """
        Flow: in_port=2,dl_vlan=10,dl_vlan_pcp=0,vlan_tci1=0x0000,dl_src=50:54:00:00:00:03,dl_dst=50:54:00:00:00:01,dl_type=0x0000

        bridge("br0")
        -------------
         0. priority 0
            NORMAL
             >>>> dropping VLAN 10 tagged packet received on port p2 configured as VLAN 10 access port <<<<
             >> disallowed VLAN VID for this input port, dropping

        Final flow: unchanged
        Megaflow: recirc_id=0,eth,in_port=2,dl_vlan=10,dl_src=50:54:00:00:00:03,dl_dst=50:54:00:00:00:01,dl_type=0x0000
        Datapath actions: drop
        """)
    #expect(
      s.trace("br0", "in_port=3,dl_vlan=30").contains(
        ">>>> dropping VLAN 30 packet received on port p3 not configured for trunking VLAN 30 <<<<")
    )
    #expect(
      s.trace("br0", "in_port=99").contains(
        "     >>>> received packet on unknown port 99 <<<<\n     >> no input bundle, dropping\n"))
    #expect(
      s.trace("br0", "in_port=1,dl_dst=01:80:c2:00:00:01").contains(
        "-> packet has reserved destination MAC, dropping"))
  }

  @Test func followsResubmits() throws {
    let s = pair()
    try s.flows(
      "br0",
      "table=0,priority=100,in_port=1,tcp,tp_dst=80,actions=load:0x5->NXM_NX_REG0[],mod_dl_dst:50:54:00:00:00:77,resubmit(,1),output:2",
      "table=1,priority=10,reg0=5,actions=mod_nw_src:1.2.3.4,mod_tp_dst:8080,output:3")
    #expect(
      s.trace(
        "br0",
        "in_port=1,tcp,dl_src=50:54:00:00:00:01,dl_dst=50:54:00:00:00:02,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_dst=80"
      )
        == """
        Flow: tcp,in_port=1,vlan_tci=0x0000,dl_src=50:54:00:00:00:01,dl_dst=50:54:00:00:00:02,nw_src=10.0.0.1,nw_dst=10.0.0.2,nw_tos=0,nw_ecn=0,nw_ttl=0,nw_frag=no,tp_src=0,tp_dst=80,tcp_flags=0

        bridge("br0")
        -------------
         0. tcp,in_port=1,tp_dst=80, priority 100
            load:0x5->NXM_NX_REG0[]
            mod_dl_dst:50:54:00:00:00:77
            resubmit(,1)
             1. reg0=0x5, priority 10
                    mod_nw_src:1.2.3.4
                    mod_tp_dst:8080
                    output:3
            output:2

        Final flow: tcp,reg0=0x5,in_port=1,vlan_tci=0x0000,dl_src=50:54:00:00:00:01,dl_dst=50:54:00:00:00:77,nw_src=1.2.3.4,nw_dst=10.0.0.2,nw_tos=0,nw_ecn=0,nw_ttl=0,nw_frag=no,tp_src=0,tp_dst=8080,tcp_flags=0
        Megaflow: recirc_id=0,eth,tcp,in_port=1,dl_dst=50:54:00:00:00:02,nw_src=10.0.0.1,nw_frag=no,tp_dst=80
        Datapath actions: set(eth(dst=50:54:00:00:00:77)),set(ipv4(src=1.2.3.4)),set(tcp(dst=8080)),3,2
        """)
  }

  @Test func followsVLANsThroughPatchPorts() throws {
    let s = pair()
    try s.flows(
      "br0",
      "priority=90,in_port=1,udp,actions=mod_vlan_vid:7,output:10,strip_vlan,output:3,IN_PORT,output:10"
    )
    #expect(
      s.trace(
        "br0",
        "in_port=1,udp,dl_vlan=100,dl_vlan_pcp=2,dl_src=50:54:00:00:00:01,dl_dst=50:54:00:00:00:02,nw_src=10.0.0.1,nw_dst=10.0.0.2"
      )
        == """
        Flow: udp,in_port=1,dl_vlan=100,dl_vlan_pcp=2,vlan_tci1=0x0000,dl_src=50:54:00:00:00:01,dl_dst=50:54:00:00:00:02,nw_src=10.0.0.1,nw_dst=10.0.0.2,nw_tos=0,nw_ecn=0,nw_ttl=0,nw_frag=no,tp_src=0,tp_dst=0

        bridge("br0")
        -------------
         0. udp,in_port=1, priority 90
            mod_vlan_vid:7
            output:10

            bridge("br1")
            -------------
                 0. priority 0
                    NORMAL
                     -> no learned MAC for destination, flooding
            strip_vlan
            output:3
            IN_PORT
            output:10

        bridge("br1")
        -------------
         0. priority 0
            NORMAL
             -> no learned MAC for destination, flooding

        Final flow: udp,in_port=1,vlan_tci=0x0000,dl_src=50:54:00:00:00:01,dl_dst=50:54:00:00:00:02,nw_src=10.0.0.1,nw_dst=10.0.0.2,nw_tos=0,nw_ecn=0,nw_ttl=0,nw_frag=no,tp_src=0,tp_dst=0
        Megaflow: recirc_id=0,eth,udp,in_port=1,dl_vlan=100,dl_vlan_pcp=2,dl_src=50:54:00:00:00:01,dl_dst=50:54:00:00:00:02,nw_frag=no
        Datapath actions: pop_vlan,push_vlan(vid=7,pcp=2),4,101,pop_vlan,3,1,4,101
        """)
  }

  @Test func reportsMissesAndStrangePorts() throws {
    let s = TestSwitch()
    s.bridge("br0", secure: true)
    s.port("br0", "p1", 1, 1)
    s.port("br0", "p3", 3, 3)
    try s.flows(
      "br0",
      "table=0,priority=79,in_port=1,tcp,actions=load:0x5->NXM_NX_REG0[],resubmit(,1),resubmit(,5),output:77,output:NXM_NX_REG0[0..7],output:1",
      "table=1,reg0=5,actions=load:0x7->NXM_NX_REG1[],mod_nw_tos:32,mod_tp_src:99,resubmit(,2)",
      "table=2,nw_dst=10.0.0.0/8,ip,actions=output:3",
      "table=2,nw_dst=10.1.0.0/16,ip,actions=output:4")
    let text = s.trace(
      "br0",
      "in_port=1,tcp,dl_src=50:54:00:00:00:01,dl_dst=50:54:00:00:00:02,nw_src=10.0.0.1,nw_dst=10.0.0.2"
    )
    #expect(
      text.hasSuffix(
        """
         0. tcp,in_port=1, priority 79
            load:0x5->NXM_NX_REG0[]
            resubmit(,1)
             1. reg0=0x5, priority 32768
                    load:0x7->NXM_NX_REG1[]
                    mod_nw_tos:32
                    mod_tp_src:99
                    resubmit(,2)
                 2. ip,nw_dst=10.0.0.0/8, priority 32768
                    output:3
            resubmit(,5)
             5. No match.
                    drop
            output:77
             >> Nonexistent output port
            output:NXM_NX_REG0[0..7]
             -> output port is 5
             >> Nonexistent output port
            output:1
             >> skipping output to input port

        Final flow: tcp,reg0=0x5,reg1=0x7,in_port=1,vlan_tci=0x0000,dl_src=50:54:00:00:00:01,dl_dst=50:54:00:00:00:02,nw_src=10.0.0.1,nw_dst=10.0.0.2,nw_tos=32,nw_ecn=0,nw_ttl=0,nw_frag=no,tp_src=99,tp_dst=0,tcp_flags=0
        Megaflow: recirc_id=0,eth,tcp,in_port=1,nw_dst=10.0.0.0/8,nw_tos=0,nw_frag=no,tp_src=0
        Datapath actions: set(ipv4(tos=0x20/0xfc)),set(tcp(src=99)),3
        """))
    #expect(
      s.trace("br0", "in_port=3,icmp").hasSuffix(
        """
         0. No match.
            drop

        Final flow: unchanged
        Megaflow: recirc_id=0,eth,ip,in_port=3,nw_frag=no
        Datapath actions: drop
        """))
  }

  @Test(arguments: [
    ("in_port=1,udp,tp_src=5", "prerequisites not met for setting tp_src"),
    ("in_port=1,tcp,nw_frag=later,tcp_src=5", "prerequisites not met for setting tcp_src"),
    ("nw_src=10.0.0.1,ip", "prerequisites not met for setting nw_src"),
  ])
  func takesFieldsAfterTheirProtocol(text: String, reason: String) {
    #expect(throws: TextError("Bad openflow flow syntax: \(text): \(reason)")) {
      try pair().pipeline.trace(["br0", text])
    }
  }

  /// Other bits of `vlan_tci` stay without the one that makes a tag; no packet leaves with them.
  @Test func keepsBitsOfATagThatIsNotThere() throws {
    let s = TestSwitch()
    s.bridge("br0", secure: true)
    s.port("br0", "p1", 1, 1)
    s.port("br0", "p2", 2, 2)
    try s.flows("br0", "actions=load:0x3->NXM_OF_VLAN_TCI[0..11],output:2")
    let text = s.trace("br0", "in_port=1,dl_type=0x1234")
    #expect(text.contains("\nFinal flow: in_port=1,vlan_tci=0x0003,"))
    #expect(text.hasSuffix("\nDatapath actions: 2"))
  }

  @Test func findsMetadataAsItWasWritten() throws {
    let s = TestSwitch()
    s.bridge("br0", secure: true)
    s.port("br0", "p1", 1, 1)
    try s.flows(
      "br0", "actions=write_metadata:0x800000000,goto_table:1",
      "table=1,metadata=0x800000000,actions=push_vlan:0x8100,push_vlan:0x8100,IN_PORT")
    let text = s.trace("br0", "in_port=1")
    #expect(text.contains(" 1. metadata=0x800000000, priority 32768"))
    #expect(text.contains("metadata=0x800000000,in_port=1,dl_vlan=0,dl_vlan_pcp=0,dl_vlan1=0,"))
  }

  /// The datapath cuts at the next output, whatever is set before that.
  @Test func announcesACutBeforeSets() throws {
    let s = TestSwitch()
    s.bridge("br0", secure: true)
    s.port("br0", "p1", 1, 1)
    s.port("br0", "p2", 2, 2)
    try s.flows(
      "br0",
      "actions=mod_vlan_vid:7,output(port=2,max_len=100),output(port=9,max_len=100),"
        + "enqueue:2:2,output:2,write_actions(set_queue:3,output:2)")
    let text = s.trace("br0", "in_port=1")
    #expect(text.contains(" >>>> output_trunc does not support patch port 9 <<<<"))
    #expect(
      text.hasSuffix(
        ": trunc(100),push_vlan(vid=7,pcp=0),2,set(skb_priority(0x2)),2,set(skb_priority(0)),2,"
          + "set(skb_priority(0x3)),2"))
  }

  @Test func stopsEndlessResubmits() throws {
    let s = TestSwitch()
    s.bridge("br0", secure: true)
    s.port("br0", "p1", 1, 1)
    try s.flows("br0", "priority=200,in_port=1,actions=resubmit:1")
    let text = s.trace("br0", "in_port=1,icmp")
    #expect(
      text.hasSuffix(
        """
         0. in_port=1, priority 200
            resubmit:1
             >>>> over max translation depth 64 <<<<

        Final flow: unchanged
        Megaflow: recirc_id=0,eth,ip,in_port=1,nw_frag=no
        Datapath actions: drop
        Translation failed (Recursion too deep), packet is dropped.
        """))
  }

  @Test func refusesBadArguments() {
    let s = pair()
    #expect(s.trace("br0") == "error: syntax error at br0 (or the bridge name was omitted)")
    #expect(s.trace("brX", "in_port=1") == "error: brX: unknown bridge")
    #expect(
      s.trace("br0", "foo=1") == "error: Bad openflow flow syntax: foo=1: unknown field foo")
    #expect(
      s.trace("in_port(44),eth(src=50:54:00:00:00:09,dst=50:54:00:00:00:0a),eth_type(0x1234)")
        == "error: no OpenFlow port for datapath port 44")
    #expect(
      s.trace("in_port(44),eth(src=50:54:00:00:00:09,dst=50:54:00:00:0")
        == "error: syntax error at eth(src=50:54:00:00:00:09,dst=50:54:00:00:0 (or the bridge name was omitted)"
    )
    #expect(
      s.trace("br0", "in_port=3", "5054000000075054000000080800450")
        == "error: Trailing garbage in packet data")
  }

  @Test func takesPacketsAndDatapathFlows() {
    let s = pair()
    #expect(
      s.trace(
        "br0", "in_port=3",
        "505400000007505400000008080045000028000000004006f97cc0a80001c0a800020008000a00000000000000005002000000000000"
      ).hasPrefix(
        "Flow: tcp,in_port=3,vlan_tci=0x0000,dl_src=50:54:00:00:00:08,dl_dst=50:54:00:00:00:07,nw_src=192.168.0.1,nw_dst=192.168.0.2,nw_tos=0,nw_ecn=0,nw_ttl=64,nw_frag=no,tp_src=8,tp_dst=10,tcp_flags=syn\n"
      ))
    #expect(
      s.trace("in_port(1),eth(src=50:54:00:00:00:09,dst=50:54:00:00:00:0a),eth_type(0x1234)")
        .hasPrefix(
          "Flow: in_port=1,vlan_tci=0x0000,dl_src=50:54:00:00:00:09,dl_dst=50:54:00:00:00:0a,dl_type=0x1234\n"
        ))
  }

  /// What labels hide comes to light again behind the bucket that pushed them: nothing is to be set.
  @Test func bucketsUndoLabels() throws {
    let s = pair()
    let group = try GroupText.parse(
      "group_id=1,type=all,bucket=push_mpls:0x8847,output:2,bucket=output:3")
    try s["br0"].apply(group)
    try s.flows("br0", "priority=9,tcp,actions=group:1")
    let text = s.trace("br0", "in_port=1,tcp,nw_src=10.0.0.1,nw_dst=10.0.0.2,nw_ttl=64,tcp_dst=80")
    #expect(
      text.contains(
        "Datapath actions: push_mpls(label=0,tc=0,ttl=64,bos=1,eth_type=0x8847),2,"
          + "pop_mpls(eth_type=0x800),3"))
  }

  /// Both ways behind a length that has nothing behind it.
  @Test func emptyWaysOfALengthAreDrops() throws {
    let s = pair()
    try s.flows("br0", "priority=9,actions=check_pkt_larger(100)->reg0[0]")
    #expect(
      s.trace("br0", "in_port=1").contains(
        """
            check_pkt_larger(100)->NXM_NX_REG0[0]
            drop
            drop

        """))
  }

  /// A tag that gets another ID keeps its type.
  @Test func tagsKeepTheirTypeInText() throws {
    let s = pair()
    try s.flows("br0", "priority=9,in_port=1,actions=mod_vlan_vid:7,output:3")
    let frame = "02000000000102000000000288a8200a080045000014000000004011000001020304050607080900"
    #expect(
      s.trace("br0", "in_port=1", frame).contains(
        "Datapath actions: pop_vlan,push_vlan(tpid=0x88a8,vid=7,pcp=1),3"))
    try s.flows(
      "br0", "priority=9,in_port=3,actions=push_vlan:0x88a8,output:1,mod_vlan_vid:7,output:2")
    #expect(
      s.trace("br0", "in_port=3,dl_type=0x1234").contains(
        "push_vlan(tpid=0x88a8,vid=0,pcp=0),1,pop_vlan,push_vlan(tpid=0x88a8,vid=7,pcp=0),2"))
  }

  @Test func tracesRefuseWhatPacketOutsRefuse() {
    let s = pair()
    func trace(_ actions: String) -> String {
      do { return try s.pipeline.tracePacketOut(["br0", "in_port=1", actions]) } catch {
        return "\(error)"
      }
    }
    #expect(trace("goto_table:7") == "goto_table instruction not allowed here")
    #expect(trace("group:7") == "Bad actions: OFPBAC_BAD_OUT_GROUP")
    #expect(trace("drop").contains(" 0. priority 0\n    NORMAL"))
  }
}
