/// Whether DPDK is on where it is needed, and has its huge pages on every node.
enum HugePagesCheck {
  /// What hugepages.conf reserves by default, in megabytes.
  static let usual = 2048

  static func look(_ machine: Machine, _ state: SwitchState) -> [Finding] {
    guard state.wantsDPDK else { return off(state) }
    let extra = state.settings["dpdk-extra"] ?? ""
    if extra.contains("--no-huge") {
      return [
        Finding(
          .slow, "hugepages", "dpdk-extra says --no-huge: packet buffers are in small pages",
          fix: "ovs-vsctl remove Open_vSwitch . other_config dpdk-extra")
      ]
    }
    var found = shortages(machine, state)
    if found.isEmpty, !machine.mountsHugePages, !extra.contains("--in-memory") {
      found.append(
        Finding(
          .slow, "hugepages", "no hugetlbfs is mounted",
          fix: "mount -t hugetlbfs nodev /dev/hugepages"))
    }
    if found.isEmpty, state.switchError == nil, !state.isDPDKInitialized {
      found.append(
        Finding(
          .broken, "dpdk",
          "dpdk-init is \(state.settings["dpdk-init"] ?? ""), but DPDK did not start",
          fix: "grep -i dpdk /var/log/openvswitch/ovs-vswitchd.log"))
    }
    return found
  }

  private static func off(_ state: SwitchState) -> [Finding] {
    let ports = state.interfaces.filter(\.needsDPDK).map(\.name)
    guard let first = ports.first else { return [] }
    let more = ports.count > 1 ? " and \(ports.count - 1) more" : ""
    return [
      Finding(
        .broken, "dpdk", "\(first)\(more) cannot work: DPDK is off",
        fix: "ovs-vsctl set Open_vSwitch . other_config:dpdk-init=true")
    ]
  }

  /// While the switch runs, pages that are not free may be its own.
  private static func shortages(_ machine: Machine, _ state: SwitchState) -> [Finding] {
    let runs = state.switchError == nil && state.isDPDKInitialized
    var found: [Finding] = []
    for (node, wanted) in demands(state) where wanted > 0 {
      let there = machine.hugeMegabytes(node, freeOnly: !runs)
      guard there < wanted else { continue }
      let what = runs ? "are there" : "are free"
      found.append(
        Finding(
          .broken, "hugepages",
          "dpdk-socket-mem wants \(wanted) MB of huge pages on node \(node), \(there) MB \(what)",
          fix: reserve(wanted - there, on: node, machine)))
    }
    if found.isEmpty, machine.allHugeMegabytes == 0 {
      found.append(
        Finding(
          .broken, "hugepages", "no huge pages are reserved: packet buffers of DPDK have no place",
          fix: "sysctl -w vm.nr_hugepages=\(usual / 2)"))
    }
    return found
  }

  /// Megabytes by node, as `dpdk-socket-mem` says.
  private static func demands(_ state: SwitchState) -> [(Int, Int)] {
    (state.settings["dpdk-socket-mem"] ?? "").split(
      separator: ",", omittingEmptySubsequences: false
    )
    .enumerated().map { ($0.offset, Int($0.element) ?? 0) }
  }

  private static func reserve(_ megabytes: Int, on node: Int, _ machine: Machine) -> String? {
    // The smallest size can be had while the machine runs.
    guard let pages = machine.pages[node]?.min(by: { $0.kilobytes < $1.kilobytes }) else {
      return nil
    }
    let count = pages.total + (megabytes * 1024 + pages.kilobytes - 1) / pages.kilobytes
    let size = "hugepages-\(pages.kilobytes)kB/nr_hugepages"
    return machine.pages.count == 1 && pages.kilobytes == 2048
      ? "sysctl -w vm.nr_hugepages=\(count)"
      : "echo \(count) > /sys/devices/system/node/node\(node)/hugepages/\(size)"
  }
}
