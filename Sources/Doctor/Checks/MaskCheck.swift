/// Whether `pmd-cpu-mask` names cores that there are and that have nothing else to do.
enum MaskCheck {
  static func look(_ machine: Machine, _ state: SwitchState) -> [Finding] {
    guard state.interfaces.contains(where: \.needsDPDK) else { return [] }
    guard let text = state.settings["pmd-cpu-mask"] else { return unset(machine) }
    guard let cores = state.wantedCores, !cores.isEmpty else {
      return [finding(.broken, "pmd-cpu-mask '\(text)' is no mask", spare(machine, state))]
    }
    let absent = cores.filter { machine.cores[$0] == nil }
    if !absent.isEmpty {
      let left = cores.filter { machine.cores[$0] != nil }
      return [
        finding(
          .broken, "pmd-cpu-mask \(text) names cores that are not there: \(names(absent))",
          left.isEmpty ? spare(machine, state) : left)
      ]
    }
    return shared(cores, machine, state) + siblings(cores, machine)
  }

  private static func unset(_ machine: Machine) -> [Finding] {
    let last = machine.cores.keys.max() ?? 0
    return [
      finding(
        .hint, "pmd-cpu-mask is not set: one PMD thread polls everything, on core \(last)", [last])
    ]
  }

  /// DPDK's own core, and core 0, which serves interrupts and the rest of the machine.
  private static func shared(_ cores: [Int], _ machine: Machine, _ state: SwitchState) -> [Finding]
  {
    let own = state.settings["dpdk-lcore-mask"].flatMap(SwitchState.cores) ?? []
    let both = cores.filter { own.contains($0) || $0 == 0 && machine.cores.count > 1 }
    guard !both.isEmpty else { return [] }
    let left = cores.filter { !both.contains($0) }
    return [
      finding(
        .slow, "PMD threads share cores with the rest of the system: \(names(both))",
        left.isEmpty ? spare(machine, state) : left)
    ]
  }

  /// Two polling threads on one core's execution units slow each other down.
  private static func siblings(_ cores: [Int], _ machine: Machine) -> [Finding] {
    let pairs = cores.filter { core in
      (machine.cores[core]?.siblings ?? []).contains { $0 < core && cores.contains($0) }
    }
    guard !pairs.isEmpty else { return [] }
    return [
      finding(
        .hint, "PMD threads share the execution units of a core with another: \(names(pairs))",
        cores.filter { !pairs.contains($0) })
    ]
  }

  /// Cores that could poll: not the first, not DPDK's own.
  static func spare(_ machine: Machine, _ state: SwitchState) -> [Int] {
    let taken = Set(state.settings["dpdk-lcore-mask"].flatMap(SwitchState.cores) ?? [])
    return machine.cores.keys.filter { $0 != 0 && !taken.contains($0) }.sorted().suffix(1)
  }

  static func names(_ cores: [Int]) -> String { cores.map(String.init).joined(separator: ", ") }

  static func setMask(_ cores: [Int]) -> String? {
    cores.isEmpty
      ? nil : "ovs-vsctl set Open_vSwitch . other_config:pmd-cpu-mask=\(Machine.mask(cores))"
  }

  private static func finding(_ severity: Finding.Severity, _ text: String, _ cores: [Int])
    -> Finding
  {
    Finding(severity, "pmd mask", text, fix: setMask(cores))
  }
}
