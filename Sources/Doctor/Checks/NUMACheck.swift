/// Whether packets of a card are polled on the card's own NUMA node, and find memory there.
enum NUMACheck {
  static func look(_ machine: Machine, _ state: SwitchState) -> [Finding] {
    guard machine.pages.count > 1 else { return [] }
    var found: [Finding] = []
    var seen: Set<Int> = []
    for interface in state.interfaces {
      guard let address = interface.card, let node = machine.cards[address]?.node, node >= 0,
        seen.insert(node).inserted
      else { continue }
      found += [far(interface, node, machine, state), starved(interface, node, machine)].compactMap(
        \.self)
    }
    return found
  }

  private static func far(
    _ interface: SwitchState.Interface, _ node: Int, _ machine: Machine, _ state: SwitchState
  ) -> Finding? {
    let cores = state.pollCores
    guard !cores.isEmpty, !cores.contains(where: { machine.cores[$0]?.node == node }) else {
      return nil
    }
    let near = machine.cores.values.filter { $0.node == node && $0.id != 0 }.map(\.id).min()
    return Finding(
      .slow, "numa", "\(interface.name)'s card is on node \(node), where no PMD thread runs",
      fix: near.flatMap { MaskCheck.setMask(cores + [$0]) })
  }

  private static func starved(
    _ interface: SwitchState.Interface, _ node: Int, _ machine: Machine
  ) -> Finding? {
    guard machine.allHugeMegabytes > 0, machine.hugeMegabytes(node) == 0 else { return nil }
    return Finding(
      .broken, "numa", "\(interface.name)'s card is on node \(node), which has no huge pages",
      fix: "echo 512 > /sys/devices/system/node/node\(node)/hugepages/hugepages-2048kB/nr_hugepages"
    )
  }
}
