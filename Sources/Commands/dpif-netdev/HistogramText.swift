import Datapath
import Runtime

extension RoundMetrics.Snapshot {
  private typealias Measure = RoundMetrics.Measure

  /// Seven histograms side by side, and the averages below.
  var histogramsText: String {
    var text = "Histograms\n" + headings("max vhost qlen")
    for bin in 0..<RoundMetrics.bins {
      let cells = Measure.allCases.map { measure in
        let wall = walls[measure].flatMap { bin < $0.count ? String($0[bin]) : nil } ?? ">"
        return "\(wall.padded(9)) \(String(counts[measure]?[bin] ?? 0).padded(11))"
      }
      text += "   " + cells.joined(separator: "  ") + "\n"
    }
    guard total.rounds > 0 else { return text }
    return text + String(repeating: "-", count: 154) + "\n" + headings("vhost qlen") + averages
  }

  private func headings(_ queueFill: String) -> String {
    let names = [
      "cycles/it", "packets/it", "cycles/pkt", "pkts/batch", queueFill, "upcalls/it",
      "cycles/upcall",
    ]
    return "   " + names.map { $0.padded(21) }.joined(separator: "  ") + "\n"
  }

  private var averages: String {
    func whole(_ a: UInt64, _ b: UInt64) -> String { String(b == 0 ? 0 : a / b) }
    func part(_ a: UInt64, _ b: UInt64) -> String {
      formatted("%.5f", b == 0 ? 0 : Double(a) / Double(b))
    }
    let cells = [
      whole(total.cycles, total.rounds), part(total.packets, total.rounds),
      whole(total.busyCycles, total.packets), part(total.packets, total.bursts),
      part(total.queueFill, total.rounds),
      part(total.misses, total.rounds), whole(total.missCycles, total.misses),
    ]
    return "   " + cells.map { $0.padded(21) }.joined(separator: "  ") + "\n"
  }
}
