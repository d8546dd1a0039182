/// Whether the kernel leaves the cores that poll alone.
enum IsolationCheck {
  static func look(_ machine: Machine, _ state: SwitchState) -> [Finding] {
    let cores = state.pollCores.filter { machine.cores[$0] != nil }
    let exposed = cores.filter { !machine.isolated.contains($0) }
    // A core that is the machine's only one cannot be spared.
    guard !exposed.isEmpty, machine.cores.count > 1 else { return [] }
    let list = cores.sorted().map(String.init).joined(separator: ",")
    return [
      Finding(
        .hint, "isolation",
        "other programs may run on cores of PMD threads: \(MaskCheck.names(exposed))",
        fix: "boot with isolcpus=\(list) nohz_full=\(list) rcu_nocbs=\(list)")
    ]
  }
}
