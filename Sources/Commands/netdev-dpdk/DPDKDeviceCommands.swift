import Bridges
import Interfaces
import JSONRPC
import Runtime

/// `netdev-dpdk/...`: DPDK's devices and guests' ports. There while DPDK is in use, as in OVS.
enum DPDKDeviceCommands {
  static func all(_ sw: Switch) -> [ControlCommand] {
    guard DPDK.isEnabled else { return [] }
    return [
      ControlCommand.answering(
        name: "netdev-dpdk/detach", usage: "pci address of device", arguments: 1...1
      ) { try sw.interfaces.detach($0[0]) },
      ControlCommand.answering(
        name: "netdev-dpdk/get-mempool-info", usage: "[netdev]", arguments: 0...1
      ) {
        guard let name = $0.first else { return DPDKText.pools }
        return try device(name, sw).bufferPoolText ?? ""
      },
      ControlCommand.answering(
        name: "netdev-dpdk/set-admin-state", usage: "[netdev] up|down", arguments: 1...2
      ) { try setState($0, sw) },
    ]
  }

  private static func setState(_ arguments: [String], _ sw: Switch) throws -> String {
    let devices = arguments.count == 2 ? [try device(arguments[0], sw)] : all(of: sw)
    let states = ["up": true, "down": false]
    guard let isUp = states[(arguments.last ?? "").lowercased()] else {
      throw TextError("Invalid Admin State")
    }
    for device in devices { device.setUp(isUp) }
    return "OK"
  }

  private static func all(of sw: Switch) -> [any InterfaceDevice] {
    sw.bridges.values.flatMap(\.ports.values).map(\.device).filter { $0.bufferPoolText != nil }
  }

  private static func device(_ name: String, _ sw: Switch) throws -> any InterfaceDevice {
    let found = sw.bridges.values.lazy.compactMap { $0.ports[name]?.device }.first
    guard let found, found.bufferPoolText != nil else { throw TextError("Not a DPDK Interface") }
    return found
  }
}
