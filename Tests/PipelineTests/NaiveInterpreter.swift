import Datapath
import Fields
import OpenFlow

@testable import Pipeline

/// What a packet looks like where it leaves: its key without the input port, and the tags inside the
/// outermost one.
struct Departure: Hashable {
  var port: PortNumber
  var key: FlowKey
  var innerTags: [UInt16]
}

/// Carries out datapath actions on a packet, header by header.
func departures(of key: FlowKey, _ actions: [DatapathAction]) -> [Departure] {
  var key = key
  key.inPort = 0
  var inner: [UInt16] = []
  var result: [Departure] = []
  func set<T: FixedWidthInteger>(_ field: inout T, _ value: T, _ mask: T) {
    field = field & ~mask | value & mask
  }
  func setMAC(_ field: inout EthernetAddress, _ value: EthernetAddress, _ mask: EthernetAddress) {
    field = EthernetAddress(field.value & ~mask.value | value.value & mask.value)
  }
  for action in actions {
    switch action {
    case .output(let port): result.append(Departure(port: port, key: key, innerTags: inner))
    case .pushVLAN(_, let tci):
      if key.vlanTCI != 0 { inner.append(key.vlanTCI) }
      key.vlanTCI = tci | vlanPresent
    case .popVLAN: key.vlanTCI = inner.popLast() ?? 0
    case .setVLAN(let tci): key.vlanTCI = tci | vlanPresent
    case .setICMP(let s):
      set(&key.tpSrc, UInt16(s.type), UInt16(s.typeMask))
      set(&key.tpDst, UInt16(s.code), UInt16(s.codeMask))
    case .setEthernet(let s):
      setMAC(&key.ethSrc, s.src, s.srcMask)
      setMAC(&key.ethDst, s.dst, s.dstMask)
    case .setIPv4(let s):
      set(&key.ipv4Src, s.src, s.srcMask)
      set(&key.ipv4Dst, s.dst, s.dstMask)
      set(&key.ipTOS, s.tos, s.tosMask)
      set(&key.ipTTL, s.ttl, s.ttlMask)
    case .setIPv6(let s):
      set(&key.ipv6Src, s.src, s.srcMask)
      set(&key.ipv6Dst, s.dst, s.dstMask)
      set(&key.ipTOS, s.tos, s.tosMask)
      set(&key.ipTTL, s.ttl, s.ttlMask)
    case .setARP(let s):
      set(&key.ipv4Src, s.spa, s.spaMask)
      set(&key.ipv4Dst, s.tpa, s.tpaMask)
      setMAC(&key.arpSHA, s.sha, s.shaMask)
      setMAC(&key.arpTHA, s.tha, s.thaMask)
      set(&key.ipProto, s.op, s.opMask)
    case .setPorts(let s):
      set(&key.tpSrc, s.src, s.srcMask)
      set(&key.tpDst, s.dst, s.dstMask)
    default: preconditionFailure("not known here: \(action)")
    }
  }
  return result
}

/// The pipeline once more, as simply as possible: recursive, with a linear search for rules, each
/// copy of the packet a value of its own.
struct NaiveInterpreter {
  var departures: [Departure] = []
  private var path: [Packet] = []

  private struct Packet: Equatable {
    var flow: Flow
    var inner: [UInt16] = []
    var bridge: String
  }

  mutating func run(_ key: FlowKey, at port: BridgePort) {
    var flow = Flow(key)
    flow.key.inPort = port.ofport
    var packet = Packet(flow: flow, bridge: port.bridge.name)
    enter(&packet, port.bridge)
  }

  private mutating func enter(_ packet: inout Packet, _ bridge: Bridge) {
    if let port = bridge.ports[packet.flow.key.inPort] {
      let stp = packet.flow.key.ethDst.value == 0x0180_c200_0000
      if port.config.contains(stp ? .noReceiveSTP : .noReceive) { return }
    }
    _ = table(0, packet.flow.key.inPort, &packet, bridge)
  }

  /// False when the packet's processing in this bridge is over.
  private mutating func table(
    _ id: UInt8, _ inPort: UInt16, _ packet: inout Packet, _ bridge: Bridge
  ) -> Bool {
    var probe = packet.flow
    probe.key.inPort = inPort
    let rules = bridge.tables[Int(id)]?.rules ?? []
    guard
      let rule = rules.filter({ $0.match.matches(probe) }).max(by: { $0.priority < $1.priority })
    else { return true }
    for action in rule.actions {
      if !perform(action, id, &packet, bridge) { return false }
    }
    return true
  }

  private mutating func perform(
    _ action: any Action, _ table: UInt8, _ packet: inout Packet, _ bridge: Bridge
  ) -> Bool {
    let type = packet.flow.key.ethType
    let isIP = type == 0x0800 || type == 0x86dd
    let hasPorts =
      isIP && packet.flow.key.ipFrag & 2 == 0 && [6, 17, 132].contains(packet.flow.key.ipProto)
    switch action {
    case let a as OutputAction: return output(a.port, table, &packet, bridge)
    case let a as OutputReg:
      let port = a.source.value(in: packet.flow)
      return port > 0xffff || output(UInt16(port), table, &packet, bridge)
    case let a as Resubmit:
      let port = a.inPort == OpenFlowPort.inPort ? packet.flow.key.inPort : a.inPort
      return self.table(a.table == 255 ? table : a.table, port, &packet, bridge)
    case let a as SetEthSrc: packet.flow.key.ethSrc = a.address
    case let a as SetEthDst: packet.flow.key.ethDst = a.address
    case let a as SetIPv4Src: if type == 0x0800 { packet.flow.key.ipv4Src = a.address }
    case let a as SetIPv4Dst: if type == 0x0800 { packet.flow.key.ipv4Dst = a.address }
    case let a as SetIPTOS:
      if isIP { packet.flow.key.ipTOS = packet.flow.key.ipTOS & 3 | a.tos & 0xfc }
    case let a as SetL4SrcPort: if hasPorts { packet.flow.key.tpSrc = a.port }
    case let a as SetL4DstPort: if hasPorts { packet.flow.key.tpDst = a.port }
    case is DecTTL:
      if isIP, packet.flow.key.ipTTL <= 1 { return false }
      if isIP { packet.flow.key.ipTTL -= 1 }
    case let a as SetVLANVID:
      packet.flow.key.vlanTCI = packet.flow.key.vlanTCI & 0xe000 | a.vid | 0x1000
    case let a as SetVLANPCP:
      packet.flow.key.vlanTCI = packet.flow.key.vlanTCI & 0xfff | UInt16(a.pcp) << 13 | 0x1000
    case is StripVLAN: packet.flow.key.vlanTCI = packet.inner.popLast() ?? 0
    case is PushVLAN:
      if packet.flow.key.vlanTCI != 0 { packet.inner.append(packet.flow.key.vlanTCI) }
      packet.flow.key.vlanTCI = 0x1000
    case let a as RegLoad: a.destination.store(a.value, in: &packet.flow)
    case let a as RegMove:
      a.destination.store(a.source.value(in: packet.flow), in: &packet.flow)
    default: break
    }
    return true
  }

  /// False when the packet's processing in this bridge is over.
  private mutating func output(
    _ number: UInt16, _ table: UInt8, _ packet: inout Packet, _ bridge: Bridge
  ) -> Bool {
    switch number {
    case OpenFlowPort.normal: normal(packet, bridge)
    case OpenFlowPort.inPort: send(packet.flow.key.inPort, packet, bridge)
    case OpenFlowPort.flood, OpenFlowPort.all:
      for port in bridge.ports.values.sorted(by: { $0.ofport < $1.ofport })
      where port.ofport != packet.flow.key.inPort
        && (number == OpenFlowPort.all || !port.config.contains(.noFlood))
      {
        send(port.ofport, packet, bridge)
      }
    case OpenFlowPort.table: return self.table(0, packet.flow.key.inPort, &packet, bridge)
    default:
      if number != packet.flow.key.inPort { send(number, packet, bridge) }
    }
    return true
  }

  private mutating func send(_ number: UInt16, _ packet: Packet, _ bridge: Bridge) {
    guard let port = bridge.ports[number], !port.config.contains(.noForward) else { return }
    switch port.kind {
    case .datapath(let datapathPort):
      var key = packet.flow.key
      key.inPort = 0
      departures.append(Departure(port: datapathPort, key: key, innerTags: packet.inner))
    case .patch(let name):
      // The other end: the patch port of that name, if it names this one.
      let ends = port.bridge.pipelineBridges.flatMap { Array($0.ports.values) }
      guard let peer = ends.first(where: { $0.name == name && $0.kind == .patch(peer: port.name) })
      else { return }
      var copy = Packet(flow: Flow(packet.flow.key), inner: packet.inner, bridge: peer.bridge.name)
      copy.flow.key.inPort = peer.ofport
      if path.contains(copy) { return }
      path.append(copy)
      enter(&copy, peer.bridge)
      path.removeLast()
    }
  }

  private mutating func normal(_ packet: Packet, _ bridge: Bridge) {
    guard let input = bridge.ports[packet.flow.key.inPort] else { return }
    let tci = packet.flow.key.vlanTCI
    let vid = tci & 0xfff
    let vlan: UInt16
    switch input.vlan.mode {
    case .access:
      if vid != 0 { return }
      vlan = input.vlan.tag
    case .nativeTagged where vid == 0, .nativeUntagged where vid == 0: vlan = input.vlan.tag
    default: vlan = vid
    }
    if input.vlan.mode != .access, let trunks = input.vlan.trunks, !trunks.contains(vlan),
      input.vlan.mode == .trunk || vlan != input.vlan.tag
    {
      return
    }
    let destination = packet.flow.key.ethDst
    if destination.value >> 4 == 0x0180_c200_000, !bridge.settings.forwardBPDU { return }
    // A packet to its own source would go back to where that was just learned.
    let isOwn = destination == packet.flow.key.ethSrc
    if isOwn, !destination.isMulticast, bridge.macTable.learns(destination, vlan: vlan) { return }
    let known =
      destination.isMulticast
      ? nil
      : bridge.macTable.entries(now: 0).first { $0.address == destination && $0.vlan == vlan }
    if let known {
      if known.port !== input { sendNormal(known.port, vlan, tci, packet, bridge) }
      return
    }
    for port in bridge.ports.values.sorted(by: { $0.ofport < $1.ofport }) where port !== input {
      let carries: Bool
      switch port.vlan.mode {
      case .access: carries = vlan == port.vlan.tag
      case .trunk: carries = port.vlan.trunks.map { $0.contains(vlan) } ?? true
      default: carries = vlan == port.vlan.tag || port.vlan.trunks.map { $0.contains(vlan) } ?? true
      }
      if carries, !port.config.contains(.noFlood) { sendNormal(port, vlan, tci, packet, bridge) }
    }
  }

  private mutating func sendNormal(
    _ port: BridgePort, _ vlan: UInt16, _ tci: UInt16, _ packet: Packet, _ bridge: Bridge
  ) {
    var copy = packet
    let pcp = tci & 0xe000
    let v = port.vlan
    if v.mode == .access || (v.mode == .nativeUntagged && vlan == v.tag) {
      copy.flow.key.vlanTCI = v.priorityTags != .never && pcp != 0 ? pcp | 0x1000 : 0
    } else if vlan != 0 {
      copy.flow.key.vlanTCI = vlan | pcp | 0x1000
    } else {
      let keeps = pcp != 0 || (v.priorityTags == .always && tci != 0)
      copy.flow.key.vlanTCI = keeps ? pcp | 0x1000 : 0
    }
    send(port.ofport, copy, bridge)
  }
}

extension Bridge {
  fileprivate var pipelineBridges: [Bridge] { Array(pipeline.bridges.values) }
}
