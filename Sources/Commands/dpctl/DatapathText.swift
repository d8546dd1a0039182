import Bridges
import Datapath

/// The one datapath under the names that tools know it by.
struct DatapathName: Equatable {
  /// `netdev`, or `dummy` in a simulation.
  let type: String

  /// `netdev@ovs-netdev`.
  var text: String { "\(type)@ovs-\(type)" }
  /// Name and type of the datapath's own port, number 0. Bridges have their own; it carries nothing.
  var ownPort: String { type == "dummy" ? "ovs-dummy (dummy-internal)" : "ovs-netdev (tap)" }

  /// The names that have ports now, in order of their text.
  static func used(by sw: Switch) -> [DatapathName] {
    Set(sw.bridges.values.map(\.datapathName.type)).sorted().map(DatapathName.init(type:))
  }

  /// The datapath an argument names: `ovs-netdev`, `netdev@ovs-netdev`, `system@ovs-system`.
  static func find(_ argument: String, in sw: Switch) -> DatapathName? {
    used(by: sw).first { $0.text == argument || "ovs-\($0.type)" == argument }
  }
}

extension RunningBridge {
  var datapathName: DatapathName {
    DatapathName(type: wanted.datapathType == "dummy" ? "dummy" : "netdev")
  }
}

extension RunningPort {
  /// `name (type: configuration)`; a device of the system has only its name.
  var datapathText: String {
    device.typeName == "system" ? name : "\(name) (\(device.typeName)\(configurationSuffix))"
  }

  var configurationSuffix: String {
    device.configurationText.isEmpty ? "" : ": \(device.configurationText)"
  }
}

/// What all workers did together: `lookups` of `dpctl/show`, `hit` and `missed` of `dpif/show`.
struct LookupTotals {
  var hit: UInt64 = 0
  var missed: UInt64 = 0
  var lost: UInt64 = 0
  var flows: UInt64 = 0

  init(_ workers: [WorkerDescription]) {
    for c in workers.map(\.counters) {
      hit &+= c.cacheHits &+ c.megaflowHits
      missed &+= c.misses
      lost &+= c.lost
      flows &+= c.flows
    }
  }
}

/// `RX packets:0 errors:? ...` lines of `dpctl/show -s`; a figure that a device does not keep is `?`.
func datapathStatisticsText(_ statistics: [String: Int64]) -> String {
  func s(_ name: String) -> String { statistics[name].map(String.init) ?? "?" }
  // Kernel devices know these, and none of those that we open has any.
  let carrier = statistics["collisions"] == nil ? "?" : "0"
  return """
        RX packets:\(s("rx_packets")) errors:\(s("rx_errors")) dropped:\(s("rx_dropped")) \
    overruns:\(s("rx_over_err")) frame:\(s("rx_frame_err"))
        TX packets:\(s("tx_packets")) errors:\(s("tx_errors")) dropped:\(s("tx_dropped")) \
    aborted:\(carrier) carrier:\(carrier)
        collisions:\(s("collisions"))
        RX bytes:\(s("rx_bytes"))\(unit(statistics["rx_bytes"]))  \
    TX bytes:\(s("tx_bytes"))\(unit(statistics["tx_bytes"]))

    """
}

/// ` (1.2 KiB)` behind a byte count of 1024 and more.
private func unit(_ bytes: Int64?) -> String {
  guard let bytes, bytes >= 1024 else { return "" }
  var value = Double(bytes)
  var index = -1
  let units = ["KiB", "MiB", "GiB", "TiB"]
  while value >= 1024, index < units.count - 1 {
    value /= 1024
    index += 1
  }
  return " (\(oneDecimal(value)) \(units[index]))"
}
