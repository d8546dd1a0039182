import Testing

@testable import Pipeline

/// VLAN modes, case by case. The outputs are those of Debian's Open vSwitch 3.1.
@Suite struct VLANTests {
  private let access = VLANSettings(mode: .access, tag: 10)
  private let trunk = VLANSettings(trunks: [10, 20])
  private let untagged = VLANSettings(mode: .nativeUntagged, tag: 10, trunks: [20])
  private let tagged = VLANSettings(mode: .nativeTagged, tag: 10, trunks: [20])

  private func tag(_ vid: UInt16, _ pcp: UInt16 = 0) -> UInt16 { vid | pcp << 13 | 0x1000 }

  @Test func admits() {
    #expect(access.admit(0) == 10)
    #expect(access.admit(tag(0, 5)) == 10)
    #expect(access.admit(tag(10)) == nil)
    #expect(trunk.admit(tag(20)) == 20 && trunk.admit(tag(30)) == nil && trunk.admit(0) == nil)
    #expect(VLANSettings().admit(0) == 0 && VLANSettings().admit(tag(30)) == 30)
    for native in [untagged, tagged] {
      #expect(native.admit(0) == 10 && native.admit(tag(10)) == 10)
      #expect(native.admit(tag(20)) == 20 && native.admit(tag(30)) == nil)
    }
  }

  @Test func emitsTags() {
    #expect(access.emit(vlan: 10, from: tag(10, 5)) == 0)
    #expect(trunk.emit(vlan: 10, from: 0) == tag(10))
    #expect(trunk.emit(vlan: 10, from: tag(0, 5)) == tag(10, 5))
    #expect(untagged.emit(vlan: 10, from: tag(10, 3)) == 0)
    #expect(untagged.emit(vlan: 20, from: tag(20, 3)) == tag(20, 3))
    #expect(tagged.emit(vlan: 10, from: 0) == tag(10))
  }

  @Test func emitsPriorityTags() {
    func emit(
      _ settings: VLANSettings, _ tags: VLANSettings.PriorityTags, _ vlan: UInt16, _ tci: UInt16
    ) -> UInt16 {
      var settings = settings
      settings.priorityTags = tags
      return settings.emit(vlan: vlan, from: tci)
    }
    // A trunk of VLAN 0 keeps the tag of a packet with a priority.
    #expect(emit(VLANSettings(), .never, 0, tag(0, 5)) == tag(0, 5))
    #expect(emit(VLANSettings(), .never, 0, tag(0)) == 0)
    #expect(emit(VLANSettings(), .ifNonzero, 0, tag(0)) == 0)
    #expect(emit(VLANSettings(), .always, 0, tag(0)) == tag(0))
    #expect(emit(VLANSettings(), .always, 0, 0) == 0)
    #expect(emit(access, .never, 10, tag(10, 5)) == 0)
    #expect(emit(access, .ifNonzero, 10, tag(10, 5)) == tag(0, 5))
    #expect(emit(access, .always, 10, tag(10)) == 0)
    #expect(emit(untagged, .ifNonzero, 10, tag(10, 5)) == tag(0, 5))
    #expect(emit(tagged, .ifNonzero, 10, tag(10, 5)) == tag(10, 5))
  }

  private func flood(_ packet: String) -> String {
    let s = TestSwitch()
    s.bridge("br0")
    s.port("br0", "p1", 1, 1)
    s.port("br0", "p2", 2, 2, vlan: access)
    s.port("br0", "p3", 3, 3, vlan: trunk)
    s.port("br0", "p4", 4, 4, vlan: untagged)
    let translation = s.translate(key(packet))
    return DatapathActionText.format(translation?.actions ?? [])
  }

  @Test func floods() {
    let eth = "eth(src=50:54:00:00:00:0a,dst=50:54:00:00:00:09)"
    #expect(flood("in_port(1),\(eth),eth_type(0x1234)") == "drop")
    #expect(
      flood("in_port(2),\(eth),eth_type(0x1234)")
        == "push_vlan(vid=10,pcp=0),1,3,pop_vlan,4")
    #expect(
      flood("in_port(3),\(eth),eth_type(0x8100),vlan(vid=10,pcp=3),encap(eth_type(0x1234))")
        == "1,pop_vlan,2,4")
    #expect(
      flood("in_port(1),\(eth),eth_type(0x8100),vlan(vid=20,pcp=0),encap(eth_type(0x1234))")
        == "3,4")
    #expect(
      flood("in_port(4),\(eth),eth_type(0x1234)")
        == "push_vlan(vid=10,pcp=0),1,pop_vlan,2,push_vlan(vid=10,pcp=0),3")
  }
}
