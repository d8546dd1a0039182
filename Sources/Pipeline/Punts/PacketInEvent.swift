import Datapath
import OpenFlow

/// A packet for the controllers of a bridge.
public struct PacketInEvent {
  let bridge: UInt128
  let controllerID: UInt16
  let message: PacketIn

  init(_ punt: Punt, _ target: PuntTarget) {
    bridge = target.bridge
    controllerID = target.controllerID
    var message = PacketIn(target.reason, packet: punt.bytes, metadata: target.metadata)
    message.table = target.table
    message.cookie = target.cookie
    message.userdata = target.userdata
    message.continuation = target.frozen.map { Continuation($0, datapathPort: punt.inPort) }
    self.message = message
  }
}
