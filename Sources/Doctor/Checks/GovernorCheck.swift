/// Whether the cores that poll run at full speed.
enum GovernorCheck {
  static func look(_ machine: Machine, _ state: SwitchState) -> [Finding] {
    let lazy = state.pollCores.filter { core in
      machine.cores[core]?.governor.map { $0 != "performance" } ?? false
    }
    guard let first = lazy.first, let governor = machine.cores[first]?.governor else { return [] }
    let place = "/sys/devices/system/cpu/cpu$c/cpufreq/scaling_governor"
    return [
      Finding(
        .slow, "governor",
        "cores of PMD threads are governed by \(governor): \(MaskCheck.names(lazy))",
        fix:
          "for c in \(lazy.map(String.init).joined(separator: " ")); do echo performance > \(place); done"
      )
    ]
  }
}
