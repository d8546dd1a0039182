import Datapath

/// `other_config:per-port-memory` and `shared-mempool-config` (ovs-vswitchd.conf.db(5)), in OVS's words.
extension PoolModel {
  /// What is wrong, and what is set, for the log.
  struct Remarks {
    var complaints: [String] = []
    var settings: [String] = []
  }

  init(_ other: [String: String], _ remarks: inout Remarks) {
    self.init()
    isPerPort = other["per-port-memory"] == "true"
    remarks.settings.append(
      "Per port memory for DPDK devices \(isPerPort ? "enabled" : "disabled").")
    for word in (other["shared-mempool-config"] ?? "").split(whereSeparator: {
      ", \t\r\n".contains($0)
    }) {
      guard let one = PoolModel.parse(word, &remarks) else {
        remarks.complaints.append("User configured shared mempools will not be used.")
        shared = []
        return
      }
      shared.append(one)
    }
  }

  /// "MTU" or "MTU:NODE"; what is no number after the colon means all nodes.
  private static func parse(_ word: Substring, _ remarks: inout Remarks) -> Shared? {
    let parts = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let mtu = Int(parts[0]), mtu >= 0 else {
      remarks.complaints.append("Invalid user configured shared mempool MTU.")
      return nil
    }
    let node = parts.count > 1 ? Int(parts[1]) : nil
    guard node ?? 0 >= 0 else {
      remarks.complaints.append("Invalid user configured shared mempool NUMA.")
      return nil
    }
    remarks.settings.append(
      "User configured shared mempool set for: MTU \(mtu), NUMA \(node.map(String.init) ?? "ALL").")
    return Shared(mtu: min(mtu, MempoolRegistry.maxBufferSize), node: node)
  }
}
