import Bridges
import JSONRPC
import Runtime

/// `dpif-dummy/*`: the datapath of a simulation (with `--enable-dummy`).
enum PortNumberCommand {
  static func all(_ sw: Switch) -> [ControlCommand] {
    [
      ControlCommand.answering(
        name: "dpif-dummy/change-port-number", usage: "dp port new-number", arguments: 3...3
      ) { arguments in
        try change(arguments[0], arguments[1], to: arguments[2], in: sw)
        return ""
      }
    ]
  }

  private static func change(
    _ datapath: String, _ name: String, to text: String, in sw: Switch
  ) throws {
    guard let dp = DatapathName.find(datapath, in: sw), dp.type == "dummy" else {
      throw TextError("unknown datapath or not a dummy")
    }
    guard let port = sw.port(named: name), port.datapathPort != nil,
      sw.bridges[port.bridge]?.datapathName == dp
    else { throw TextError("unknown port") }
    guard let number = UInt16(text), number != 0, number != .max else {
      throw TextError("bad port number")
    }
    guard try sw.renumber(port, to: number) else {
      throw TextError("port number already in use")
    }
  }
}
