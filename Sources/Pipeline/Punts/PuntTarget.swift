import Fields
import OpenFlow

/// What is to happen with packets that a flow gives to the control side under one number: to whom
/// they go, and what is to be said about them. Equal targets share a number.
///
/// A packet-in says little of the packet itself; its metadata are those of the moment of the action,
/// which translation knows: whatever they depend on is part of the megaflow's mask.
struct PuntTarget: Hashable {
  /// `Bridge.uuid`.
  let bridge: UInt128
  var reason: PacketInReason
  let controllerID: UInt16
  /// Shown in texts; controllers get whole packets.
  let maxLength: UInt16
  let userdata: [UInt8]
  var table: UInt8 = 0
  /// Nil when no flow is the cause.
  var cookie: UInt64?
  let metadata: Match
  /// What is left to do when the controller resumes the packet.
  var frozen: FrozenState?

  init(_ action: ControllerAction, in bridge: Bridge, _ flow: Flow) {
    self.bridge = bridge.uuid
    reason = action.reason
    controllerID = action.controllerID
    maxLength = action.maxLength
    userdata = action.userdata
    metadata = PacketMetadataMask.metadata(of: flow)
  }

  /// As OVS writes the operation in datapath flows.
  func text(_ number: UInt32, isSent: Bool) -> String {
    let items = [
      "reason=\(reason.rawValue)", "dont_send=\(isSent ? 0 : 1)",
      "continuation=\(frozen == nil ? 0 : 1)", "recirc_id=\(number)",
      "rule_cookie=" + Number.hex(cookie ?? .max), "controller_id=\(controllerID)",
      "max_len=\(maxLength)",
    ]
    return "userspace(pid=0,controller(" + items.joined(separator: ",") + "))"
  }
}
