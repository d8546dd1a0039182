import Bridges
import Datapath
import JSONRPC
import Runtime

/// `patchbay/drops`: what every port lost, and why (OVS has totals of some reasons in `coverage/show`;
/// those are there too).
enum DropCommand {
  static func all(_ sw: Switch) -> [ControlCommand] {
    let coverage = DropCoverage(sw.datapath)
    Coverage.beforeReading { [weak coverage] in coverage?.update() }
    return [
      ControlCommand.answering(name: "patchbay/drops", usage: "", arguments: 0...0) { _ in
        coverage.update()
        let numbered = sw.bridges.values.flatMap(\.ports.values).compactMap { port in
          port.datapathPort.map { ($0, port.name) }
        }
        let lines = numbered.sorted { $0.0 < $1.0 }.map { number, name in
          line(name, sw.datapath.counters(number).drops)
        }
        return lines.joined() + line("(no port)", coverage.drops)
      }
    ]
  }

  private static func line(_ name: String, _ drops: [UInt64]) -> String {
    let counts = DropReason.allCases.filter { drops[$0.rawValue] > 0 }
      .map { "\($0.name)=\(drops[$0.rawValue])" }
    return counts.isEmpty ? "" : "\(name): \(counts.joined(separator: " "))\n"
  }
}

/// Carries the datapath's drops over to counters under OVS's names. Workers count for themselves, so
/// this adds what is new whenever somebody looks. Control thread.
final class DropCoverage {
  private let datapath: Datapath
  private var counted = [UInt64](repeating: 0, count: DropReason.allCases.count)
  private let counters = DropReason.allCases.map { reason in
    reason.coverageName.map(Coverage.counter)
  }

  init(_ datapath: Datapath) { self.datapath = datapath }

  /// Of no port.
  var drops: [UInt64] {
    datapath.workers.reduce(into: counted.map { _ in 0 }) { sum, worker in
      for index in sum.indices { sum[index] &+= worker.drops[index] }
    }
  }

  func update() {
    let total = datapath.drops
    for (index, counter) in counters.enumerated() {
      if total[index] > counted[index] { counter?.hit(total[index] - counted[index]) }
    }
    counted = total
  }
}

extension DropReason {
  /// What OVS 3.1 counts such packets under; nil where it has no such counter.
  fileprivate var coverageName: String? {
    switch self {
    case .upcallParkedLimit, .upcallQueueFull, .upcallError: "datapath_drop_upcall_error"
    case .rxInvalidPacket: "datapath_drop_rx_invalid_packet"
    case .noSuchPort: "datapath_drop_invalid_port"
    case .recirculationLimit, .recirculationQueueFull: "datapath_drop_recirc_error"
    case .userspaceActionError: "datapath_drop_userspace_action_error"
    case .meter: "datapath_drop_meter"
    case .dropAction, .noBuffer, .actionMismatch, .txTooLong, .txQueueFull, .portDetached,
      .txGuestDown, .txInvalidOffload:
      nil
    }
  }
}
