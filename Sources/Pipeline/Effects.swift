import OpenFlow

/// What a packet changes in the switch besides being forwarded. A translation only lists effects; the
/// list is kept with the megaflow and applied again whenever the megaflow's packets are counted, so
/// rules, patch ports and learned addresses live on traffic that no translator ever sees.
enum Effect {
  /// A packet left through one patch port and came in at the other.
  case crossing(from: BridgePort, to: BridgePort)
  case learn(LearnedAddress, BridgePort)
  /// A packet teaches a flow.
  case learnFlow(FlowLesson)
  /// The rule's timeouts go down when TCP ends the connection.
  case finTimeout(FlowTable, Rule, FinTimeout)
  /// The packet is recirculated with this ID, which lives as long as the effect does.
  case frozen(RecirculationID)
  /// A group was carried out: with one of its buckets, or with all for nil.
  case group(Group, bucket: Int?)
  /// A copy was dropped because its way led in a circle.
  case loop(BridgePort)
  /// Packets go to controllers; keeps alive what is known of them.
  case punt(PuntReference)
}

/// How many packets an application of effects stands for.
struct Traffic: Equatable {
  var packets: UInt64 = 0
  var bytes: UInt64 = 0
  /// When the last one came, in milliseconds.
  var used: Int64 = 0
  /// TCP flags that any of them had.
  var tcpFlags: UInt16 = 0
}

extension Pipeline {
  /// Learns what a translation found. Any thread; no lock of the pipeline needed.
  func learn(_ effects: [Effect], at now: Int64) -> Bool {
    var changed = false
    for case .learn(let lesson, let port) in effects {
      switch port.bridge.macTable.learn(lesson, port: port, now: now) {
      case .learned, .moved: changed = true
      case .nothingNew, .refreshed: break
      }
    }
    return changed
  }

  /// FIN and RST.
  private static let connectionEnd: UInt16 = 0x001 | 0x004

  /// Learns the flows that a translation found, at once. Control thread.
  func learnFlows(_ effects: [Effect]) {
    var lessons: [FlowLesson] = []
    for case .learnFlow(let lesson) in effects { lessons.append(lesson) }
    if !lessons.isEmpty { flowLearning.learnNow(lessons) }
  }

  /// Credits rules, tables and patch ports with traffic.
  func credit(_ translation: Translation, _ traffic: Traffic) {
    guard traffic.packets > 0 else { return }
    crediting {
      translation.visits?.visit { $0.credit(traffic) }
      for effect in translation.effects { credit(effect, traffic) }
    }
  }

  /// The same for searches that are not kept. The caller has the lock that keeps tables and rules.
  func credit(_ visits: UnsafeBufferPointer<TableVisit>, _ traffic: Traffic) {
    crediting {
      for visit in visits { visit.credit(traffic) }
    }
  }

  private func credit(_ effect: Effect, _ traffic: Traffic) {
    switch effect {
    case .crossing(let from, let to):
      from.traffic.txPackets &+= traffic.packets
      from.traffic.txBytes &+= traffic.bytes
      to.traffic.rxPackets &+= traffic.packets
      to.traffic.rxBytes &+= traffic.bytes
    case .learnFlow(let lesson):
      guard let rule = lesson.learned else { return flowLearning.learn([lesson]) }
      rule.modified = max(rule.modified, traffic.used)
    case .finTimeout(let table, let rule, let timeouts):
      guard traffic.tcpFlags & Self.connectionEnd != 0 else { return }
      flowLearning.reduce(rule, of: table, timeouts)
    case .group(let group, let bucket): group.credit(traffic, bucket: bucket)
    case .loop(let port): loops.count(port, traffic.packets)
    case .learn, .frozen, .punt: break
    }
  }
}

extension TableVisit {
  @inline(__always)
  fileprivate func credit(_ traffic: Traffic) {
    table._withUnsafeGuaranteedRef {
      $0.lookups &+= traffic.packets
      if rule != nil { $0.matches &+= traffic.packets }
    }
    rule?._withUnsafeGuaranteedRef {
      $0.credit.packets &+= traffic.packets
      $0.credit.bytes &+= traffic.bytes
      $0.credit.used = max($0.credit.used, traffic.used)
    }
  }
}
