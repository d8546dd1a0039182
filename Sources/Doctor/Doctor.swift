import Runtime

/// `patchbay doctor`: what keeps this machine from being a good place for the switch.
///
/// Two kinds of facts are read once, and then only thought about: the `Machine` (/sys and /proc) and the
/// `SwitchState` (database and control socket). A check is a pure function from facts to findings, so
/// each is tested on a made-up machine. A finding says what is wrong, how bad it is, and the command that
/// mends it.
///
/// Nothing is changed and nothing is measured: the doctor may be asked while the switch works.
public struct Doctor {
  typealias Check = (Machine, SwitchState) -> [Finding]

  /// One per file of `Checks`.
  static let checks: [Check] = [
    RunningCheck.look, HugePagesCheck.look, CardsCheck.look, MaskCheck.look, NUMACheck.look,
    GovernorCheck.look, IsolationCheck.look, LoadCheck.look, MTUCheck.look, MemoryCheck.look,
  ]

  let machine: Machine
  let state: SwitchState

  /// `root` is where /sys and /proc are.
  public init(root: String = "") {
    machine = Machine(FileTree(root))
    state = SwitchState.read()
  }

  init(machine: Machine, state: SwitchState) {
    (self.machine, self.state) = (machine, state)
  }

  /// The worst first; among equals in the order of the checks.
  public func examine() -> Diagnosis {
    let all = Self.checks.flatMap { $0(machine, state) }
    return Diagnosis(
      findings: Finding.Severity.allCases.flatMap { s in all.filter { $0.severity == s } })
  }
}
