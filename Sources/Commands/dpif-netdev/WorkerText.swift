import Datapath
import Runtime

/// What `dpif-netdev/*` prints of a worker, in OVS 3.1's format (dpif-netdev(7)); some scripts of
/// operators parse it line by line, so counters of stages that this datapath does not have are
/// printed as 0.
extension WorkerDescription {
  var heading: String {
    guard let core else { return "main thread:\n" }
    return "pmd thread numa_id \(numaNode) core_id \(core):\n"
  }

  /// `pmd-stats-show`. The flow cache takes the place of the exact-match cache.
  var statisticsText: String {
    let c = counters
    let passes = c.packetsReceived &+ c.packetsRecirculated
    var text = heading
    text += "  packets received: \(c.packetsReceived)\n"
    text += "  packet recirculations: \(c.packetsRecirculated)\n"
    text += "  avg. datapath passes per packet: \(ratio(passes, c.packetsReceived))\n"
    text += "  phwol hits: 0\n  mfex opt hits: 0\n  simple match hits: 0\n"
    text += "  emc hits: \(c.cacheHits)\n  smc hits: 0\n"
    text += "  megaflow hits: \(c.megaflowHits)\n"
    text += "  avg. subtable lookups per megaflow hit: "
    text += "\(ratio(c.megaflowLookups, c.megaflowHits))\n"
    text += "  miss with success upcall: \(c.misses &- min(c.misses, c.lost))\n"
    text += "  miss with failed upcall: \(c.lost)\n"
    text += "  avg. packets per output batch: \(ratio(c.packetsSent, c.sendBursts))\n"
    return text + cyclesText(packets: passes)
  }

  private func cyclesText(packets: UInt64) -> String {
    let (busy, idle) = (counters.busyCycles, counters.idleCycles)
    let total = busy &+ idle
    guard total > 0, core != nil else { return "" }
    var text = "  idle cycles: \(idle) (\(percent(idle, total))%)\n"
    text += "  processing cycles: \(busy) (\(percent(busy, total))%)\n"
    guard packets > 0 else { return text }
    text += "  avg cycles per packet: \(ratio(total, packets)) (\(total)/\(packets))\n"
    text += "  avg processing cycles per packet: \(ratio(busy, packets)) (\(busy)/\(packets))\n"
    return text
  }
}

/// `a / b` with two decimals; 0.00 when `b` is 0.
func ratio(_ a: UInt64, _ b: UInt64) -> String {
  formatted("%.02f", b == 0 ? 0 : Double(a) / Double(b))
}

func percent(_ part: UInt64, _ whole: UInt64) -> String {
  formatted("%.02f", whole == 0 ? 0 : Double(part) / Double(whole) * 100)
}

func oneDecimal(_ value: Double) -> String { formatted("%.1f", value) }
