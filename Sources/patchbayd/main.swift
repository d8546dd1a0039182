import Commands
import Glibc
import Runtime

// Wiring only: arguments, becoming a daemon, and then the switch. See Sources/README.md.
Program.setName(from: CommandLine.arguments.first ?? "")
do {
  let options = try DaemonOptions(
    Array(CommandLine.arguments.dropFirst()), versionDetails: VersionText.details)
  try options.applyLogWishes()
  Daemonize.start(options)
  Daemon(options).run()
} catch let stop as DaemonOptions.Exit {
  fputs(stop.output, stdout)
  fputs(stop.errorOutput, stderr)
  exit(stop.status)
}
