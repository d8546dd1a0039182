import ArgumentParser
import JSONRPC
import Runtime

/// The companion of `patchbayd` for people. It asks the daemon over the control socket, as
/// `ovs-appctl` does, and finds it by `OVS_RUNDIR`.
struct Patchbay: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "patchbay", abstract: "Shows what a running Patchbay switch does.",
    version: Program.patchbayVersion, subcommands: [Top.self, Trace.self, Ask.self])
}

Patchbay.main()
