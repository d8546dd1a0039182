import Bridges
import Datapath
import Fields
import JSONRPC
import OpenFlow
import Pipeline
import Runtime

/// `dpctl/dump-flows`, `dpif/dump-flows` and `dpctl/del-flows`: the megaflows (ovs-dpctl(8)).
enum DatapathFlowCommands {
  static func all(_ sw: Switch) -> [ControlCommand] {
    [
      ControlCommand.answering(
        name: "dpctl/dump-flows", usage: "[-m] [--names] [dp] [filter=..] [type=..] [pmd=..]",
        arguments: 0...6
      ) { arguments in
        try dump(sw, arguments)
      },
      ControlCommand.answering(
        name: "dpif/dump-flows", usage: "[-m] [--names | --no-names] bridge", arguments: 1...Int.max
      ) { arguments in
        try dumpBridge(sw, arguments)
      },
      ControlCommand.answering(name: "dpctl/del-flows", usage: "[dp] [file]", arguments: 0...2) {
        arguments in
        if let name = arguments.first, DatapathName.find(name, in: sw) == nil {
          throw TextError("ovs-vswitchd: datapath not found (Invalid argument)")
        }
        sw.pipeline.megaflows.purge()
        return ""
      },
    ]
  }

  private static func dump(_ sw: Switch, _ arguments: [String]) throws -> String {
    var options = Megaflows.DumpOptions()
    var isOfOneWorker = false
    var showsOurs = true
    for argument in arguments {
      if argument == "-m" || argument == "--more" {
        options.verbose = true
      } else if argument == "--names" {
        options.names = true
      } else if argument == "--no-names" {
        options.names = false
      } else if argument.hasPrefix("filter=") {
        options.filter = try filter(String(argument.dropFirst(7)))
      } else if argument.hasPrefix("type=") {
        showsOurs = try isOurs(type: String(argument.dropFirst(5)))
      } else if argument.hasPrefix("pmd=") {
        options.worker = try worker(sw, String(argument.dropFirst(4)))
        isOfOneWorker = true
      } else if DatapathName.find(argument, in: sw) == nil {
        throw TextError("ovs-vswitchd: datapath not found (Invalid argument)")
      }
    }
    guard showsOurs else { return "" }
    return sw.pipeline.megaflows.dump(options) { isOfOneWorker ? nil : heading(sw, $0) }
  }

  /// `filter=` takes a match in flow text; `in_port` is a datapath port there.
  private static func filter(
    _ text: String
  ) throws -> (FlowKey, FlowMask) -> Bool {
    do {
      let match = try FlowText.parse(text, .delete).match
      return { key, _ in match.matches(Flow(key)) }
    } catch {
      throw TextError("ovs-vswitchd: Failed to parse filter (\(error)) (Invalid argument)")
    }
  }

  private static func dumpBridge(_ sw: Switch, _ arguments: [String]) throws -> String {
    var options = Megaflows.DumpOptions()
    options.verbose = arguments.contains("-m")
    options.names = arguments.contains("--names")
    guard let name = arguments.last, let bridge = sw.pipeline.bridges[name] else {
      throw TextError("no such bridge")
    }
    options.bridge = bridge
    return sw.pipeline.megaflows.dump(options) { _ in nil }
  }

  private static func heading(_ sw: Switch, _ worker: Int) -> String {
    guard let core = sw.datapath.workers.first(where: { $0.id == worker })?.core else {
      return "flow-dump from the main thread:"
    }
    return "flow-dump from pmd on cpu core: \(core)"
  }

  /// The worker of a core; -1 when there is none, so that nothing is shown. Core -1 is the event
  /// worker's.
  private static func worker(_ sw: Switch, _ text: String) throws -> Int {
    guard let core = Int(text) else { throw TextError("") }
    return sw.datapath.workers.first { ($0.core ?? -1) == core }?.id ?? -1
  }

  /// Whether flows of these types (ovs-dpctl(8)) are asked for that we have: no flow is offloaded.
  private static func isOurs(type: String) throws -> Bool {
    let known = ["ovs", "tc", "dpdk", "offloaded", "non-offloaded", "partially-offloaded", "all"]
    let words = type.split(separator: ",").map(String.init)
    guard words.allSatisfy(known.contains) else {
      throw TextError("ovs-vswitchd: Failed to parse type (\(type)) (Invalid argument)")
    }
    return words.contains { ["ovs", "non-offloaded", "all"].contains($0) }
  }
}
