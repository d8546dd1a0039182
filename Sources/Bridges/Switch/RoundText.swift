import Datapath
import Runtime

/// Tables of rounds of a poll loop, as OVS prints its iterations.
public enum RoundText {
  private typealias Record = RoundMetrics.Record

  public static func rounds(_ rounds: [RoundMetrics.Record]) -> String {
    var text =
      "   "
      + [
        "iter".padded(17), "cycles".padded(10), "packets".padded(10), "cycles/pkt",
        "pkts/batch", "vhost qlen", "upcalls".padded(10), "cycles/upcall",
      ].joined(separator: "   ") + "\n"
    for r in rounds {
      text += "   \(String(r.time).padded(17))   "
      text += cells([
        r.cycles, r.packets, quotient(r.cycles, r.packets), quotient(r.packets, r.bursts),
        r.queueFill,
        r.misses, quotient(r.missCycles, r.misses),
      ])
    }
    return text
  }

  public static func milliseconds(_ milliseconds: [RoundMetrics.Record]) -> String {
    var text =
      "   "
      + [
        "ms".padded(12), "iterations", "cycles/it".padded(10), "Kpps".padded(10), "cycles/pkt",
        "pkts/batch", "vhost qlen", "upcalls".padded(10), "cycles/upcall",
      ].joined(separator: "   ") + "\n"
    for m in milliseconds {
      text += "   \(String(m.time).padded(12))   "
      text += cells([
        m.rounds, quotient(m.cycles, m.rounds), m.packets, quotient(m.busyCycles, m.packets),
        quotient(m.packets, m.bursts), quotient(m.queueFill, m.rounds), m.misses,
        quotient(m.missCycles, m.misses),
      ])
    }
    return text
  }

  private static func cells(_ values: [UInt64]) -> String {
    values.map { String($0).padded(11) }.joined(separator: "  ") + "\n"
  }

  private static func quotient(_ a: UInt64, _ b: UInt64) -> UInt64 { b == 0 ? 0 : a / b }
}
