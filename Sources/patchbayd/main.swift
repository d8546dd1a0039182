import Glibc
import Interfaces
import Runtime

// Wiring only: arguments, becoming a daemon, and then the switch. See Sources/README.md.
Program.setName(from: CommandLine.arguments.first ?? "")
do {
  let options = try DaemonOptions(
    Array(CommandLine.arguments.dropFirst()), versionDetails: [DPDK.version])
  try options.applyLogWishes()
  Daemonize.start(options)
  // Before any thread is made: threads inherit that signals are not theirs.
  ExitHooks.installSignals()
  Daemon(options).run()
} catch let stop as DaemonOptions.Exit {
  fputs(stop.output, stdout)
  fputs(stop.errorOutput, stderr)
  exit(stop.status)
}
