import Datapath
import Fields
import OpenFlow
import Testing

@testable import Pipeline

/// For random bridges, flows and packets: the translation does to the packet what the naive
/// interpreter does, and every packet that the mask covers is translated to the same actions.
@Suite struct SoundnessTests {
  @Test(arguments: 0..<40) func translationsAreRightAndMasksAreSound(seed: Int) {
    var world = RandomWorld(seed: UInt64(seed) + 1)
    for _ in 0..<40 {
      let key = world.randomKey()
      guard let port = world.s.pipeline.port(datapathPort: key.inPort),
        let translation = world.s.translate(key)
      else { continue }
      guard translation.error == nil else { continue }
      var naive = NaiveInterpreter()
      naive.run(key, at: port)
      let got = departures(of: key, translation.actions)
      if got != naive.departures {
        Issue.record(
          """
          seed \(seed): \(DatapathFlowText.format(key, mask: world.exact)): got \
          \(DatapathActionText.format(translation.actions)), want \(naive.departures)
          \(world.description)
          """)
        return
      }
      let mask = translation.installedMask(for: key)
      for _ in 0..<12 {
        let other = world.packet(like: key, under: mask)
        guard let again = world.s.translate(other), again.actions != translation.actions else {
          continue
        }
        Issue.record(
          """
          seed \(seed): \(DatapathFlowText.format(key, mask: mask)) -> \
          \(DatapathActionText.format(translation.actions)), but \
          \(DatapathFlowText.format(other, mask: world.exact)) -> \
          \(DatapathActionText.format(again.actions))\n\(world.description)
          """)
        return
      }
    }
  }

  /// A trace goes by the actions, a translation by what they were compiled to.
  @Test(arguments: 0..<20) func tracesTranslateTheSame(seed: Int) {
    var world = RandomWorld(seed: UInt64(seed) + 1000)
    for _ in 0..<40 {
      let key = world.randomKey()
      let quick = world.s.translate(key)
      let traced = world.s.pipeline.translate(key, trace: TraceRecorder(learns: true))
      #expect(quick?.actions == traced?.actions && quick?.mask == traced?.mask, "seed \(seed)")
      #expect(quick?.deepMask == traced?.deepMask && quick?.error == traced?.error)
      #expect(
        quick?.visits?.rules.map { $0?.compact } == traced?.visits?.rules.map { $0?.compact })
    }
  }
}

/// A few bridges with everything: VLAN modes, patch ports (loops included), flows in four tables,
/// learned addresses.
struct RandomWorld {
  let s: TestSwitch
  private var random: SeededGenerator
  private(set) var ports: [PortNumber] = []
  var description = ""

  var exact: FlowMask {
    var mask = FlowKey()
    withUnsafeMutableBytes(of: &mask) { for i in $0.indices { $0[i] = 0xff } }
    return mask
  }

  init(seed: UInt64, datapath: (any MegaflowSink)? = nil) {
    s = TestSwitch(datapath: datapath)
    random = SeededGenerator(seed)
    let count = pick(1...4)
    for index in 0..<count { makeBridge("br\(index)") }
    for index in 0..<pick(0...4) { makePatch(index, count) }
    for index in 0..<count { fill("br\(index)") }
  }

  private mutating func pick(_ range: ClosedRange<Int>) -> Int {
    .random(in: range, using: &random)
  }
  private mutating func oneOf<T>(_ items: [T]) -> T { items[pick(0...items.count - 1)] }
  private mutating func chance(_ percent: Int) -> Bool { pick(1...100) <= percent }

  /// Adds flows, and removes those of a table.
  mutating func changeFlows() {
    for name in s.pipeline.bridges.keys.sorted() {
      var deletion = FlowMod(.delete)
      deletion.table = UInt8(pick(0...3))
      description += "\(name): del table=\(deletion.table)\n"
      try? s[name].apply(deletion)
      fill(name)
    }
  }

  /// Adds flows to what there is.
  mutating func addFlows() {
    for name in s.pipeline.bridges.keys.sorted() { fill(name) }
  }

  // MARK: Bridges

  private mutating func makeBridge(_ name: String) {
    s.bridge(name, secure: chance(40))
    for ofport in 1...UInt16(pick(1...4)) {
      let number = PortNumber(ports.count + 1)
      ports.append(number)
      let vlan = randomVLAN()
      description += "\(name) port \(ofport)/\(number) \(vlan)\n"
      s.port(name, "p\(number)", ofport, number, vlan: vlan)
      if chance(10) {
        s[name].setPortConfig(
          ofport, oneOf([.noFlood, .noForward, .noReceive]), mask: .init(rawValue: 0xff))
      }
    }
  }

  private mutating func makePatch(_ index: Int, _ count: Int) {
    let (a, b) = ("br\(pick(0...count - 1))", "br\(pick(0...count - 1))")
    let (va, vb) = (randomVLAN(), randomVLAN())
    description += "patch \(a)/\(2 * index + 20) \(va) <-> \(b)/\(2 * index + 21) \(vb)\n"
    s.patch(a, "a\(index)", UInt16(2 * index + 20), peer: "b\(index)", vlan: va)
    s.patch(b, "b\(index)", UInt16(2 * index + 21), peer: chance(90) ? "a\(index)" : "x", vlan: vb)
  }

  private mutating func randomVLAN() -> VLANSettings {
    var settings = VLANSettings()
    settings.mode = oneOf([.trunk, .trunk, .access, .nativeTagged, .nativeUntagged])
    if settings.mode != .trunk { settings.tag = oneOf([5, 6, 7]) }
    if chance(40), settings.mode != .access {
      settings.trunks = Set([0, 5, 6].filter { _ in chance(60) })
    }
    settings.priorityTags = oneOf([.never, .never, .ifNonzero, .always])
    return settings
  }

  private mutating func fill(_ name: String) {
    let bridge = s[name]
    for _ in 0..<pick(0...12) {
      let text = randomFlow(bridge)
      description += "\(name): \(text)\n"
      do { try s.flows(name, text) } catch  where "\(error)".contains("OFPBAC_BAD_TAG") {
        // A second tag cannot be pushed where a match says that there is one.
      } catch { Issue.record("\(text): \(error)") }
    }
    for _ in 0..<pick(0...4) {
      guard
        let port = bridge.ports.values.sorted(by: { $0.ofport < $1.ofport }).randomElement(
          using: &random)
      else { return }
      let lesson = LearnedAddress(
        address: mac(oneOf(macs)), vlan: oneOf([0, 5, 6]), isGratuitousARP: false)
      description += "\(name): \(lesson.address) in \(lesson.vlan) at \(port.ofport)\n"
      bridge.macTable.learn(lesson, port: port, now: s.time)
    }
  }

  private let macs = [
    "50:54:00:00:00:01", "50:54:00:00:00:02", "50:55:00:00:00:02", "ff:ff:ff:ff:ff:ff",
    "01:80:c2:00:00:00", "01:00:5e:00:00:01",
  ]
  private let addresses = ["10.0.0.1", "10.0.0.2", "10.1.0.1", "10.128.0.1", "192.168.0.1"]
  private let transportPorts = ["80", "81", "443", "1024"]

  // MARK: Flows

  private mutating func randomFlow(_ bridge: Bridge) -> String {
    let table = pick(0...3)
    var items = ["table=\(table)", "priority=\(pick(0...5))"]
    items += randomMatch(bridge)
    var actions = (0..<pick(1...4)).map { _ in randomAction(bridge, table) }
    if !items.contains(where: { $0 == "ip" || $0 == "tcp" || $0 == "udp" }) {
      actions.removeAll {
        $0.contains("nw_") || $0.contains("_tp_") || $0.contains("ttl") || $0.contains("IP")
      }
    } else if !items.contains("tcp"), !items.contains("udp") {
      actions.removeAll { $0.contains("_tp_") }
    }
    if actions.isEmpty { actions = ["drop"] }
    return items.joined(separator: ",") + ",actions=" + actions.joined(separator: ",")
  }

  private mutating func randomMatch(_ bridge: Bridge) -> [String] {
    var items: [String] = []
    if chance(30) { items.append("in_port=\(oneOf([1, 2, 3, 20, 21, 22, 23]))") }
    if chance(20) { items.append("dl_src=\(oneOf(macs))") }
    if chance(15) {
      items.append(
        "dl_dst=\(oneOf(macs))/\(oneOf(["ff:ff:00:00:00:00", "01:00:00:00:00:00", "ff:ff:ff:ff:ff:ff"]))"
      )
    }
    if chance(15) {
      items.append(
        oneOf([
          "dl_vlan=5", "dl_vlan_pcp=3", "vlan_tci=0", "vlan_tci=0x1000/0x1000",
          "vlan_tci=0x1005/0x100f",
        ]))
    }
    if chance(25) {
      items.append(oneOf(["reg0=1", "reg0=2/3", "reg1=0x50000/0xff0000", "metadata=7/0xf"]))
    }
    switch pick(0...5) {
    case 0:
      items.append("arp")
      if chance(50) { items.append("arp_op=1") }
    case 1, 2:
      items.append(oneOf(["ip", "tcp", "udp"]))
      if chance(50) { items.append("nw_dst=\(oneOf(addresses))/\(oneOf([8, 9, 16, 32]))") }
      if chance(30) { items.append("nw_src=\(oneOf(addresses))/\(oneOf([1, 8, 24, 32]))") }
      if chance(20) { items.append("nw_ttl=64") }
      if chance(20) { items.append("nw_tos=32") }
      if items.contains(where: { $0 == "tcp" || $0 == "udp" }) {
        if chance(50) { items.append("tp_dst=\(oneOf(transportPorts))") }
        if chance(20) { items.append("tp_src=0x400/0xfc00") }
      } else if chance(20) {
        items.append("nw_frag=\(oneOf(["no", "yes", "later"]))")
      }
    case 3:
      items.append("ipv6")
      if chance(50) { items.append("ipv6_dst=fe80::/\(oneOf([10, 64, 128]))") }
    default: break
    }
    return items
  }

  private mutating func randomAction(_ bridge: Bridge, _ table: Int) -> String {
    switch pick(0...21) {
    case 0...3: return "output:\(oneOf([1, 2, 3, 20, 21, 22, 23, 24]))"
    case 4, 5: return "NORMAL"
    case 6: return oneOf(["FLOOD", "ALL"])
    case 7: return "IN_PORT"
    case 8, 9: return table < 3 ? "resubmit(,\(pick(table + 1...3)))" : "NORMAL"
    case 10: return table < 3 ? "resubmit(\(pick(1...3)),\(pick(table + 1...3)))" : "NORMAL"
    case 11: return "load:\(pick(0...7))->NXM_NX_REG0[0..\(pick(3...31))]"
    case 12: return "move:NXM_OF_ETH_SRC[0..15]->NXM_NX_REG1[8..23]"
    case 13: return "move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[]"
    case 14: return oneOf(["mod_dl_src", "mod_dl_dst"]) + ":" + oneOf(macs)
    case 15: return oneOf(["mod_vlan_vid:5", "mod_vlan_pcp:3", "mod_vlan_vid:6"])
    case 16: return oneOf(["strip_vlan", "push_vlan:0x8100"])
    case 17: return oneOf(["mod_nw_src", "mod_nw_dst"]) + ":" + oneOf(addresses)
    case 18: return oneOf(["mod_nw_tos:32", "dec_ttl"])
    case 19: return oneOf(["mod_tp_src", "mod_tp_dst"]) + ":" + oneOf(transportPorts)
    case 20: return oneOf(["load:0x1005->NXM_OF_VLAN_TCI[]", "load:0->NXM_OF_VLAN_TCI[]"])
    default: return "output:NXM_NX_REG0[0..15]"
    }
  }

  // MARK: Packets

  mutating func randomKey() -> FlowKey {
    var key = FlowKey()
    key.inPort = oneOf(ports)
    key.ethSrc = mac(oneOf(Array(macs.prefix(3))))
    key.ethDst = mac(oneOf(macs))
    if chance(50) { key.vlanTCI = oneOf([0, 5, 6, 7, 9]) | oneOf([0, 3, 5]) << 13 | 0x1000 }
    key.ethType = oneOf([0x0800, 0x0800, 0x0806, 0x86dd, 0x1234])
    switch key.ethType {
    case 0x0800:
      key.ipv4Src = IPv4Text.parse(oneOf(addresses)) ?? 0
      key.ipv4Dst = IPv4Text.parse(oneOf(addresses)) ?? 0
      fillTransport(&key)
    case 0x86dd:
      key.ipv6Src = UInt128(0xfe80) << 112 | 1
      key.ipv6Dst = UInt128(oneOf([0xfe80, 0xfec0, 0x2001])) << 112 | 2
      fillTransport(&key)
    case 0x0806:
      key.ipProto = oneOf([1, 2, 3])
      key.ipv4Src = IPv4Text.parse(oneOf(addresses)) ?? 0
      key.ipv4Dst = IPv4Text.parse(oneOf(addresses)) ?? 0
    default: break
    }
    return key
  }

  private mutating func fillTransport(_ key: inout FlowKey) {
    key.ipProto = oneOf([6, 17, 17, 1, 50])
    key.ipTTL = oneOf([0, 1, 64, 64, 64])
    key.ipTOS = oneOf([0, 32, 33])
    key.ipFrag = oneOf([0, 0, 0, 1, 3])
    if key.ipFrag & 2 == 0, key.ipProto == 6 || key.ipProto == 17 {
      key.tpSrc = UInt16(oneOf(transportPorts)) ?? 0
      key.tpDst = UInt16(oneOf(transportPorts)) ?? 0
    }
  }

  /// A packet that matches `key` under `mask`: another packet of ours, or random bits, outside the
  /// mask.
  mutating func packet(like key: FlowKey, under mask: FlowMask) -> FlowKey {
    var noise = chance(50) ? randomKey() : FlowKey()
    if noise.isZero {
      withUnsafeMutableBytes(of: &noise) { for i in $0.indices { $0[i] = random.next() } }
    }
    var result = key & mask
    let rest = noise & ~mask
    result = result | rest
    return result
  }
}

extension FlowKey {
  static prefix func ~ (key: FlowKey) -> FlowKey {
    var key = key
    withUnsafeMutableBytes(of: &key) { for i in $0.indices { $0[i] = ~$0[i] } }
    return key
  }
}
