/// Whether PMD threads are at the end of their strength, or have nothing to do.
enum LoadCheck {
  /// Percent of a core, of which nothing is left for a burst.
  static let full = 95
  static let easy = 50

  static func look(_ machine: Machine, _ state: SwitchState) -> [Finding] {
    let loaded = state.pollers.filter { $0.load >= full }
    let idle = state.pollers.filter { $0.queues.isEmpty }
    var found: [Finding] = []
    if let worst = loaded.max(by: { $0.load < $1.load }) {
      found.append(
        Finding(
          .slow, "load",
          "the PMD thread on core \(worst.core) is \(worst.load)% busy with \(list(worst.queues))",
          fix: relief(of: worst, machine, state)))
    }
    if !idle.isEmpty, state.pollers.count > idle.count {
      found.append(
        Finding(
          .hint, "load",
          "PMD threads without a queue, on cores \(MaskCheck.names(idle.map(\.core)))",
          fix: "ovs-vsctl set interface PORT options:n_rxq=\(state.pollers.count)"))
    }
    return found
  }

  private static func list(_ queues: [String]) -> String {
    let names = queues.prefix(3).map {
      "queue " + $0.split(separator: " ").reversed().joined(separator: " of ")
    }
    return names.joined(separator: ", ") + (queues.count > 3 ? " and \(queues.count - 3) more" : "")
  }

  /// Another thread that has time, or another core, or more queues.
  private static func relief(
    of worst: SwitchState.Poller, _ machine: Machine, _ state: SwitchState
  ) -> String? {
    let cores = state.pollers.map(\.core)
    if worst.queues.count > 1, state.pollers.contains(where: { $0.load < easy }) {
      return "ovs-appctl dpif-netdev/pmd-rxq-rebalance"
    }
    let free =
      MaskCheck.spare(machine, state).first { !cores.contains($0) }
      ?? machine.cores.keys.sorted().first { $0 != 0 && !cores.contains($0) }
    if worst.queues.count > 1, let free { return MaskCheck.setMask(cores + [free]) }
    let port = worst.queues.first?.split(separator: " ").first ?? "PORT"
    return "ovs-vsctl set interface \(port) options:n_rxq=\(cores.count + (free == nil ? 0 : 1))"
  }
}
