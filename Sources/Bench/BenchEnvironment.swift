import Datapath
import Interfaces
import Runtime

/// DPDK's environment for the bench: a process of its own, beside whatever else uses DPDK.
enum BenchEnvironment {
  /// Starts it; what it costs that there are no huge pages is returned as text for the user.
  /// - Parameter eal: more arguments; they win.
  static func start(ports: [String], eal: String) throws -> [String] {
    let plan = plan(ports: ports, eal: eal, machine: .this)
    do {
      try DPDKLog.shared.collecting {
        Result { try EAL.initialize(arguments: plan.arguments) { DPDKLog.shared.add($0) } }
      }.get()
    } catch {
      throw TextError(
        "DPDK does not start: \(error)\(DPDKLog.shared.suffix)\n"
          + "its arguments were: \(plan.arguments.dropFirst().joined(separator: " ")); "
          + "without huge pages or privileges try --eal \"--no-huge -m 256\"")
    }
    return plan.losses
  }

  /// Only the devices that were asked for are touched.
  static func plan(ports: [String], eal: String, machine: EALPlan.Machine) -> EALPlan {
    let pci = ports.filter(BenchPort.isPCI)
    let devices = pci.isEmpty ? "--no-pci" : pci.map { "-a '\($0)'" }.joined(separator: " ")
    return EALPlan(
      [
        "dpdk-init": "true", "dpdk-alloc-mem": "256",
        "dpdk-extra": "--no-telemetry --single-file-segments \(devices) \(eal)",
      ], machine: machine)
  }
}
