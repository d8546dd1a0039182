import ArgumentParser
import JSONRPC

/// `patchbay ask COMMAND...`: any control command.
struct Ask: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs a control command, e.g. `patchbay ask dpif/show` (all: list-commands).")

  @Argument(help: "The command and its arguments.")
  var words: [String]

  mutating func run() throws {
    guard let command = words.first else { throw ValidationError("a command is needed") }
    print(try ControlClient().call(command, Array(words.dropFirst())), terminator: "")
  }
}

/// `patchbay trace BRIDGE FLOW`: what would happen to a packet.
struct Trace: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says what the switch would do with a packet, rule by rule, across bridges.")

  @Argument(help: "The bridge it comes in on.")
  var bridge: String

  @Argument(help: "The packet, e.g. in_port=1,udp,nw_dst=10.0.0.1")
  var flow: String

  mutating func run() throws {
    print(try ControlClient().call("ofproto/trace", [bridge, flow]), terminator: "")
  }
}
