import Bridges
import JSONRPC
import Runtime

/// `dpctl/show` and `dpctl/dump-dps` (ovs-dpctl(8)).
enum DatapathShowCommands {
  static func all(_ sw: Switch) -> [ControlCommand] {
    [
      ControlCommand.answering(name: "dpctl/show", usage: "[-s] [dp...]", arguments: 0...Int.max) {
        arguments in
        try show(sw, arguments)
      },
      ControlCommand.answering(name: "dpctl/dump-dps", usage: "", arguments: 0...0) { _ in
        DatapathName.used(by: sw).map { $0.text + "\n" }.joined()
      },
    ]
  }

  private static func show(_ sw: Switch, _ arguments: [String]) throws -> String {
    let statistics = arguments.contains("-s")
    let names = arguments.filter { !$0.hasPrefix("-") }
    guard !names.isEmpty else {
      return DatapathName.used(by: sw).map { show(sw, $0, statistics) }.joined()
    }
    return try names.map { name in
      guard let datapath = DatapathName.find(name, in: sw) else {
        throw TextError(
          "ovs-vswitchd: opening datapath \(name) failed (No such file or directory)")
      }
      return show(sw, datapath, statistics)
    }.joined()
  }

  private static func show(_ sw: Switch, _ name: DatapathName, _ statistics: Bool) -> String {
    let totals = LookupTotals(sw.datapath.workers)
    var text = "\(name.text):\n"
    text += "  lookups: hit:\(totals.hit) missed:\(totals.missed) lost:\(totals.lost)\n"
    text += "  flows: \(totals.flows)\n"
    text += "  port 0: \(name.ownPort)\n"
    if statistics { text += datapathStatisticsText(emptyStatistics) }
    let ports = sw.bridges.values.filter { $0.datapathName == name }.flatMap(\.ports.values)
      .compactMap { port in port.datapathPort.map { ($0, port) } }
    for (number, port) in ports.sorted(by: { $0.0 < $1.0 }) {
      text += "  port \(number): \(port.datapathText)\n"
      if statistics {
        text += datapathStatisticsText(port.device.statistics(sw.datapath.counters(number)))
      }
    }
    return text
  }

  /// Port 0 moves nothing.
  private static let emptyStatistics = Dictionary(
    uniqueKeysWithValues: [
      "rx_packets", "rx_errors", "rx_dropped", "rx_over_err", "rx_frame_err", "tx_packets",
      "tx_errors", "tx_dropped", "collisions", "rx_bytes", "tx_bytes",
    ].map { ($0, Int64(0)) })
}
