import Fields

/// The NORMAL action: what a learning VLAN switch does.
extension Translator {
  func normal() {
    wildcards.key.ethSrc = .broadcast
    wildcards.key.ethDst = .broadcast
    wildcards.key.vlanTCI |= 0x1fff
    guard let port = bridge.ports[flow.key.inPort] else {
      report("received packet on unknown port \(flow.key.inPort)")
      return warn("no input bundle, dropping")
    }
    guard let vlan = port.vlan.admit(tag) else {
      reportVLAN(port)
      return warn("disallowed VLAN VID for this input port, dropping")
    }
    guard bridge.settings.forwardBPDU || !ReservedAddresses.contain(flow.key.ethDst) else {
      return note("packet has reserved destination MAC, dropping")
    }
    learn(from: port, vlan)
    forward(from: port, vlan)
  }

  /// The outermost tag; 0 without one, even if an action wrote other bits of it.
  private var tag: UInt16 { flow.key.vlanTCI & vlanPresent == 0 ? 0 : flow.key.vlanTCI }

  /// A place where an address may be learned.
  struct LearningPlace: Hashable {
    let bridge: ObjectIdentifier
    let address: EthernetAddress
    let vlan: UInt16
  }

  /// Notes where the source is. A copy that comes back to a bridge on another way, through parallel
  /// patch ports, teaches nothing: the sender is where the packet came from first.
  private func learn(from port: BridgePort, _ vlan: UInt16) {
    let place = LearningPlace(
      bridge: ObjectIdentifier(bridge), address: flow.key.ethSrc, vlan: vlan)
    guard learned.insert(place).inserted else { return }
    let lesson = LearnedAddress(
      address: flow.key.ethSrc, vlan: vlan, isGratuitousARP: isGratuitousARP())
    effects.append(.learn(lesson, port))
    guard let trace, trace.learns else { return }
    switch bridge.macTable.learn(lesson, port: port, now: pipeline.now()) {
    case .learned, .moved:
      note("learned that \(lesson.address) is on port \(port.name) in VLAN \(vlan)")
    case .nothingNew, .refreshed: break
    }
  }

  private func forward(from port: BridgePort, _ vlan: UInt16) {
    let tci = tag
    guard let target = lookUpDestination(vlan, from: port) else {
      note("no learned MAC for destination, flooding")
      return start(
        bridge.portOrder.filter {
          $0 !== port && $0.vlan.carries(vlan) && !$0.config.contains(.noFlood)
        }.map { Flood.Target(port: $0, tci: leavingTag($0, vlan, tci)) })
    }
    guard target !== port else { return note("learned port is input port, dropping") }
    note("forwarding to learned port")
    start([Flood.Target(port: target, tci: leavingTag(target, vlan, tci))])
  }

  /// The packet's own source is where it came from, but is learned only after this translation (and
  /// not at all by a trace that is told not to).
  private func lookUpDestination(_ vlan: UInt16, from port: BridgePort) -> BridgePort? {
    let isOwn = flow.key.ethDst == flow.key.ethSrc && trace?.learns ?? true
    let dependency = LearningDependency(
      bridge.macTable, flow.key.ethDst, vlan: vlan, sender: isOwn ? port : nil)
    learnedFrom.append(dependency)
    return dependency.answer
  }

  /// The priority decides whether a tag of VLAN 0 stays, so then it is part of the decision.
  private func leavingTag(_ port: BridgePort, _ vlan: UInt16, _ tci: UInt16) -> UInt16 {
    let leaving = port.vlan.emit(vlan: vlan, from: tci)
    if tci & vlanPresent != 0, leaving & 0xfff == 0 { wildcards.key.vlanTCI = .max }
    return leaving
  }

  /// An ARP that announces its sender: a broadcast reply, or a request for the sender's own address.
  private func isGratuitousARP() -> Bool {
    guard flow.key.ethType == EtherType.arp, flow.key.ethDst.isBroadcast else { return false }
    wildcards.key.ipProto = .max
    switch flow.key.ipProto {
    case 2: return true
    case 1:
      wildcards.key.ipv4Src = .max
      wildcards.key.ipv4Dst = .max
      return flow.key.ipv4Src == flow.key.ipv4Dst
    default: return false
    }
  }

  private func reportVLAN(_ port: BridgePort) {
    let vid = tag & 0xfff
    if port.vlan.mode == .access {
      report(
        "dropping VLAN \(vid) tagged packet received on port \(port.name) configured as VLAN "
          + "\(port.vlan.tag) access port")
    } else {
      report(
        "dropping VLAN \(vid) packet received on port \(port.name) not configured for trunking "
          + "VLAN \(vid)")
    }
  }
}
