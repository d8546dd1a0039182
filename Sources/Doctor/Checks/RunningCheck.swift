/// Whether there is a database and a switch, whose switch it is, and what it could not do.
enum RunningCheck {
  static func look(_ machine: Machine, _ state: SwitchState) -> [Finding] {
    let start = "systemctl start openvswitch-switch"
    var found: [Finding] = []
    if let error = state.databaseError {
      found.append(Finding(.broken, "database", error, fix: start))
    }
    if let error = state.switchError {
      found.append(Finding(.broken, "switch", error, fix: start))
    } else if !state.version.contains(where: { $0.hasPrefix("Patchbay ") }) {
      found.append(
        Finding(
          .hint, "switch", "the switch that runs is not Patchbay: \(state.version.first ?? "")",
          fix: "update-alternatives --set ovs-vswitchd /usr/sbin/patchbayd && "
            + "systemctl restart openvswitch-switch"))
    }
    if state.settings["flow-restore-wait"]?.lowercased() == "true" {
      found.append(
        Finding(
          .broken, "switch",
          "a switch that starts with flow-restore-wait moves no packet until that is gone",
          fix: "ovs-vsctl --no-wait remove Open_vSwitch . other_config flow-restore-wait"))
    }
    return found + state.interfaces.compactMap(failed)
  }

  private static func failed(_ interface: SwitchState.Interface) -> Finding? {
    interface.error.map {
      Finding(
        .broken, "interface", "\(interface.name) on \(interface.bridge): \($0)",
        fix: pages(in: $0).map { "sysctl -w vm.nr_hugepages=\($0)" }
          ?? "ovs-vsctl list interface \(interface.name)  # and mend its type or options")
    }
  }

  /// Errors about memory say themselves how many huge pages it takes.
  private static func pages(in error: String) -> Int? {
    let words = error.split(separator: " ")
    guard let place = words.firstIndex(of: "vm.nr_hugepages"), place + 2 < words.endIndex,
      words[place + 1] == "to"
    else { return nil }
    return Int(words[place + 2])
  }
}
