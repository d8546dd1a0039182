import ArgumentParser
import Glibc
import JSONRPC
import Runtime

/// The companion of `patchbayd` for people. Most of it asks the daemon over the control socket, as
/// `ovs-appctl` does, and finds it by `OVS_RUNDIR`; `bench` needs no daemon.
struct Patchbay: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "patchbay",
    abstract: "Shows what a running Patchbay switch does, and measures it.",
    version: Program.patchbayVersion,
    subcommands: [Top.self, Trace.self, Ask.self, DoctorCommand.self, BenchCommand.self])
}

do {
  var command = try Patchbay.parseAsRoot()
  try command.run()
} catch  where Patchbay.exitCode(for: error) == .validationFailure {
  // Wrong usage is 1, as with the tools of Open vSwitch.
  fputs(Patchbay.fullMessage(for: error) + "\n", stderr)
  exit(1)
} catch {
  Patchbay.exit(withError: error)
}
