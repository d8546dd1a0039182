import ArgumentParser
import Doctor

/// `patchbay doctor`: what should be different, and how.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract:
      "Looks for what is wrong or slow on this machine and names the command that mends it.",
    discussion: """
      Reads /sys, /proc, the database and the control socket of the switch in OVS_RUNDIR, and changes \
      nothing. Findings are broken (something that is asked for does not work), slow (it loses packets \
      or time) or a hint; the worst come first.

      Exit status: 0 nothing worse than hints; 1 wrong usage; 2 something is slow; 3 something is broken.
      """)

  @Flag(help: "Print the findings as JSON.")
  var json = false

  mutating func run() throws {
    let diagnosis = Doctor().examine()
    print(json ? diagnosis.json.text + "\n" : diagnosis.text, terminator: "")
    if diagnosis.exitStatus != 0 { throw ExitCode(diagnosis.exitStatus) }
  }
}
