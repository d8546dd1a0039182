import Datapath
import Fields
import OpenFlow
import Testing

@testable import Pipeline

/// Translations that stop and go on, and what stands around inner lists of actions.
@Suite(.serialized) struct FreezeTests {
  private func text(_ s: TestSwitch, _ key: FlowKey, _ headers: HeaderFields = HeaderFields())
    -> String
  {
    var deep = DeepKey()
    deep.headers = headers
    guard let translation = s.pipeline.translate(key, deep) else { return "nothing" }
    kept.append(translation)
    return DatapathActionText.format(translation.actions)
  }
  /// IDs live as long as somebody holds their translation.
  private final class Kept { var list: [Translation] = [] }
  private let keptList = Kept()
  private var kept: [Translation] {
    get { keptList.list }
    nonmutating set { keptList.list = newValue }
  }

  private func ip(_ port: UInt16 = 1) -> FlowKey {
    var key = FlowKey()
    key.inPort = port
    key.ethType = 0x0800
    key.ethSrc = mac("50:54:00:00:00:01")
    key.ethDst = mac("50:54:00:00:00:02")
    key.ipProto = 17
    key.ipTTL = 64
    key.ipv4Src = 0x0a00_0001
    key.ipv4Dst = 0x0a00_0002
    return key
  }

  private func world() -> TestSwitch {
    let s = TestSwitch()
    s.bridge("br0", secure: true)
    for port in UInt16(1)...4 { s.port("br0", "p\(port)", port, port) }
    return s
  }

  @Test func translationGoesOnWhereItStopped() throws {
    let s = world()
    try s.flows(
      "br0", "table=0,actions=load:5->NXM_NX_REG0[],resubmit(,1),output:4",
      "table=1,reg0=5,actions=mod_dl_src:00:00:00:00:00:09,output:2,debug_recirc,output:3,resubmit(,2)",
      "table=2,reg0=5,udp,actions=output:1,output:2")
    let first = text(s, ip())
    #expect(first == "set(eth(src=00:00:00:00:00:09)),2,recirc(0x1)")
    #expect(text(s, ip()) == first)
    var again = ip()
    again.recircID = 1
    again.ethSrc = EthernetAddress(9)
    #expect(text(s, again) == "3,2,4")
    again.recircID = 7
    #expect(text(s, again) == "nothing")
    kept = []
    #expect(s.pipeline.frozen.count == 1)
  }

  @Test func equalStatesShareAnID() throws {
    let s = world()
    try s.flows(
      "br0", "in_port=1,actions=load:5->NXM_NX_REG0[],debug_recirc,output:3",
      "in_port=2,actions=load:6->NXM_NX_REG0[],debug_recirc,output:3")
    #expect(text(s, ip()) == "recirc(0x1)")
    var other = ip()
    other.ethSrc = EthernetAddress(77)
    #expect(text(s, other) == "recirc(0x1)")
    #expect(text(s, ip(2)) == "recirc(0x2)")
  }

  @Test func nearBridgeGoesOnAtOnce() throws {
    let s = world()
    s.bridge("br1", secure: true)
    s.port("br1", "q", 1, 9)
    s.patch("br0", "pa", 20, peer: "pb")
    s.patch("br1", "pb", 21, peer: "pa")
    try s.flows("br0", "actions=output:20,output:3")
    try s.flows("br1", "actions=mod_dl_src:00:00:00:00:00:09,debug_recirc,output:1")
    #expect(
      text(s, ip())
        == "set(eth(src=00:00:00:00:00:09)),recirc(0x1),set(eth(src=50:54:00:00:00:01)),3")
    var again = ip()
    again.recircID = 1
    #expect(text(s, again) == "9")
  }

  // MARK: MPLS

  private func labelled(_ entries: UInt32...) -> (FlowKey, HeaderFields) {
    var key = FlowKey()
    key.inPort = 1
    key.ethType = 0x8847
    var headers = HeaderFields()
    for (index, entry) in entries.enumerated() { headers[label: index] = entry }
    return (key, headers)
  }

  @Test func labelsArePushedAndPopped() throws {
    let s = world()
    try s.flows(
      "br0",
      "priority=3,in_port=1,ip,actions=push_mpls:0x8847,set_mpls_label:10,output:2,"
        + "push_mpls:0x8847,output:3,dec_mpls_ttl,output:4",
      "priority=2,in_port=1,mpls,actions=output:2,set_mpls_ttl:5,output:3,pop_mpls:0x0800,output:4",
      "in_port=2,mpls,actions=pop_mpls:0x0800,resubmit(,1)", "table=1,ip,actions=dec_ttl,output:3")
    #expect(
      text(s, ip())
        == "push_mpls(label=10,tc=0,ttl=64,bos=1,eth_type=0x8847),2,"
        + "push_mpls(label=10,tc=0,ttl=64,bos=0,eth_type=0x8847),3,"
        + "set(mpls(label=10,tc=0,ttl=63,bos=0)),4")
    var (key, headers) = labelled(100 << 12 | 0x140)
    #expect(
      text(s, key, headers)
        == "2,set(mpls(label=100,tc=0,ttl=5,bos=1)),3,pop_mpls(eth_type=0x800),4")
    let mask = try #require(kept.last).deepMask
    #expect(mask.headers[label: 0] == .max)
    key.inPort = 2
    #expect(text(s, key, headers) == "pop_mpls(eth_type=0x800),recirc(0x1)")
    var again = ip(2)
    again.recircID = 1
    #expect(text(s, again) == "set(ipv4(ttl=63)),3")
    (key, headers) = labelled(1 << 12 | 64, 2 << 12 | 64, 3 << 12 | 64)
    key.inPort = 2
    // Nobody knows what the fourth is.
    #expect(text(s, key, headers) == "drop")
  }

  // MARK: Lists in lists

  @Test func copiesAndLengths() throws {
    let s = world()
    try s.flows(
      "br0", "in_port=1,actions=clone(mod_dl_src:00:00:00:00:00:09,output:2),output:3",
      "in_port=2,actions=check_pkt_larger(100)->NXM_NX_REG0[0],resubmit(,1),output:4",
      "in_port=3,actions=clone(output(port=2,max_len=60),output:4),output:1",
      "in_port=4,actions=clone(encap(nsh),encap(ethernet),output:1),output:2",
      "table=1,reg0=1,actions=output:1",
      "table=1,reg0=0,actions=mod_dl_src:00:00:00:00:00:09,output:3")
    #expect(
      text(s, ip()) == "set(eth(src=00:00:00:00:00:09)),2,set(eth(src=50:54:00:00:00:01)),3")
    #expect(
      text(s, ip(2))
        == "check_pkt_len(size=100,gt(1,4),le(set(eth(src=00:00:00:00:00:09)),3,4))")
    #expect(text(s, ip(3)) == "clone(trunc(60),2,4),1")
    #expect(
      text(s, ip(4))
        == "clone(push_nsh(flags=0,ttl=63,mdtype=1,np=3,spi=0x0,si=255,c1=0x0,c2=0x0,c3=0x0,c4=0x0),"
        + "push_eth(src=00:00:00:00:00:00,dst=00:00:00:00:00:00),1),2")
  }

  @Test func serviceHeaderIsRemovedAndParsedAnew() throws {
    let s = world()
    try s.flows(
      "br0", "in_port=1,actions=decap(),decap(),resubmit(,1)", "table=1,ip,actions=output:3")
    var key = FlowKey()
    key.inPort = 1
    key.ethType = 0x894f
    var headers = HeaderFields()
    headers[byte: HeaderFields.Offset.nshMDType] = 1
    headers[byte: HeaderFields.Offset.nshNP] = 3
    #expect(text(s, key, headers) == "pop_eth,pop_nsh(),recirc(0x1)")
    var again = ip()
    again.recircID = 1
    #expect(text(s, again) == "3")
  }

  @Test func tagsKeepTheirType() throws {
    let s = world()
    try s.flows(
      "br0", "in_port=1,actions=mod_vlan_vid:7,output:2",
      "in_port=2,actions=strip_vlan,output:1,FLOOD",
      "in_port=3,actions=strip_vlan,output:1,move:NXM_NX_REG0[]->NXM_NX_REG1[],push_vlan:0x88a8,output:2"
    )
    var key = ip()
    key.vlanTCI = 0x1005
    #expect(text(s, key) == "pop_vlan,push_vlan(vid=7,pcp=0),2")
    #expect(try #require(kept.last).actions == [.setVLAN(tci: 7), .output(2)])
    #expect(try #require(kept.last).deepMask.isZero)
    key.inPort = 3
    #expect(text(s, key) == "pop_vlan,1,push_vlan(tpid=0x88a8,vid=0,pcp=0),2")
  }
}
