import Bridges
import Datapath
import JSONRPC
import Runtime

/// `dpif-netdev/*` that choose among implementations or look into them. There is nothing to choose:
/// one implementation, and the instructions that it uses are picked when the switch starts.
enum ImplementationCommands {
  static func all(_ sw: Switch) -> [ControlCommand] {
    let lookup = LookupPriority()
    return [
      answering("dpif-impl-get", "", 0...0) { _ in
        "Available DPIF implementations:\n  dpif_scalar (pmds: \(workers(sw)))\n"
      },
      answering("dpif-impl-set", "dpif_implementation_name", 1...1) { arguments in
        guard arguments[0] == "dpif_scalar" else {
          throw TextError(
            "DPIF implementation not available: Unknown DPIF implementation \(arguments[0]).")
        }
        return "DPIF implementation set to dpif_scalar.\n"
      },
      answering("miniflow-parser-get", "", 0...0) { _ in
        "Available MFEX implementations:\n  scalar (available: True pmds: \(workers(sw)))\n"
      },
      answering(
        "miniflow-parser-set", "[-pmd core] miniflow_implementation_name [study_pkt_cnt]", 1...5
      ) { try setParser(sw, $0) },
      answering("subtable-lookup-info-get", "", 0...0) { _ in lookup.text(sw) },
      answering("subtable-lookup-prio-get", "", 0...0) { _ in lookup.text(sw) },
      answering("subtable-lookup-prio-set", "[lookup_func] [prio]", 2...2) { try lookup.set($0) },
      answering("bond-show", "[dp]", 0...1) { arguments in
        try DatapathName.check(arguments, in: sw)
        return ""
      },
    ]
  }

  private static func answering(
    _ name: String, _ usage: String, _ range: ClosedRange<Int>,
    _ answer: @escaping ([String]) throws -> String
  ) -> ControlCommand {
    ControlCommand.answering(
      name: "dpif-netdev/" + name, usage: usage, arguments: range, answer)
  }

  /// The cores of the workers that poll; "none" without any.
  private static func workers(_ sw: Switch) -> String {
    let cores = sw.datapath.workers.compactMap { $0.core }.sorted().map(String.init)
    return cores.isEmpty ? "none" : cores.joined(separator: ",")
  }

  private static func setParser(_ sw: Switch, _ arguments: [String]) throws -> String {
    var rest = arguments[...]
    var core: Int?
    if rest.first == "-pmd" {
      guard rest.count > 1 else {
        throw TextError("Error: -pmd option requires a thread id argument.")
      }
      core = UInt32(rest[1]).map(Int.init)
      guard core != nil else {
        throw TextError(
          "Error: miniflow extract parser not changed, PMD thread passed is not valid: "
            + "'\(rest[1])'. Pass a valid pmd thread ID.")
      }
      rest = rest.dropFirst(2)
    }
    guard let name = rest.popFirst() else {
      throw TextError(
        "Error: no miniflow extract name provided. Output of miniflow-parser-get shows "
          + "implementation list.")
    }
    if let more = rest.first { throw TextError("Error: unknown argument \(more).") }
    guard name == "scalar" else {
      throw TextError("Error: unknown miniflow extract implementation \(name).")
    }
    guard let core else { return "Miniflow extract implementation set to scalar.\n" }
    guard sw.datapath.workers.contains(where: { $0.core == core }) else {
      throw TextError(
        "Error: miniflow extract parser not changed, PMD thread \(core) not in use, pass a valid "
          + "pmd thread ID.")
    }
    return "Miniflow extract implementation set to scalar, on pmd thread \(core).\n"
  }

  /// The one way to search a subtable. Its priority is kept, because tools read it back, and decides
  /// nothing.
  private final class LookupPriority {
    private var priority = 1

    func text(_ sw: Switch) -> String {
      let tables = sw.datapath.workers.reduce(0) { $0 + $1.counters.masks }
      return "Available dpcls implementations:\n"
        + "  generic (Use count: \(tables), Priority: \(priority))\n"
    }

    func set(_ arguments: [String]) throws -> String {
      guard let new = UInt8(arguments[1]) else {
        throw TextError("error converting priority, use integer in range 0-255")
      }
      guard arguments[0] == "generic" else {
        throw TextError("error, subtable lookup function not found")
      }
      priority = Int(new)
      return "Lookup priority change affected 0 dpcls ports and 0 subtables.\n"
    }
  }
}
