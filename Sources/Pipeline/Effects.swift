/// What a packet changes in the switch besides being forwarded. A translation only lists effects; the
/// list is kept with the megaflow and applied again whenever the megaflow's packets are counted, so
/// rules, patch ports and learned addresses live on traffic that no translator ever sees.
enum Effect {
  /// A table was searched, with this result.
  case lookup(FlowTable, Rule?)
  /// A packet left through one patch port and came in at the other.
  case crossing(from: BridgePort, to: BridgePort)
  case learn(LearnedAddress, BridgePort)
  /// A copy was dropped because its way led in a circle.
  case loop(BridgePort)
}

/// How many packets an application of effects stands for.
struct Traffic: Equatable {
  var packets: UInt64 = 0
  var bytes: UInt64 = 0
  /// When the last one came, in milliseconds.
  var used: Int64 = 0
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

  /// Credits rules, tables and patch ports with traffic.
  func credit(_ effects: [Effect], _ traffic: Traffic) {
    guard traffic.packets > 0 else { return }
    crediting {
      for effect in effects {
        switch effect {
        case .lookup(let table, let rule):
          table.lookups &+= traffic.packets
          guard let rule else { continue }
          table.matches &+= traffic.packets
          rule.credit.packets &+= traffic.packets
          rule.credit.bytes &+= traffic.bytes
          rule.credit.used = max(rule.credit.used, traffic.used)
        case .crossing(let from, let to):
          from.traffic.txPackets &+= traffic.packets
          from.traffic.txBytes &+= traffic.bytes
          to.traffic.rxPackets &+= traffic.packets
          to.traffic.rxBytes &+= traffic.bytes
        case .loop(let port): loops.count(port, traffic.packets)
        case .learn: break
        }
      }
    }
  }
}
