import Datapath
import Fields
import OpenFlow

/// Sending the packet somewhere.
extension Translator {
  /// Copies of the packet for several ports, one after the other; behind the last one the packet has
  /// the tag again that it had before the first.
  struct Flood {
    var targets: [Target]
    let tci: UInt16

    struct Target {
      let port: BridgePort
      /// The tag to leave with; nil to leave as the packet is.
      let tci: UInt16?
    }
  }

  /// `output:PORT`, with the meaning that reserved numbers have.
  func output(to number: UInt16, maxLength: UInt16 = .max, asksController: Bool = false) {
    switch number {
    case OpenFlowPort.inPort: send(to: flow.key.inPort)
    case OpenFlowPort.table:
      resubmit(to: 0, inPort: flow.key.inPort, asksController: asksController)
    case OpenFlowPort.normal: normal()
    case OpenFlowPort.flood: flood { !$0.config.contains(.noFlood) }
    case OpenFlowPort.all: flood { _ in true }
    case OpenFlowPort.none: break
    case OpenFlowPort.controller:
      punt(ControllerAction(maxLength: maxLength, reason: controllerReason))
    default:
      guard number != flow.key.inPort else { return warn("skipping output to input port") }
      send(to: number)
    }
  }

  private func send(to number: UInt16) {
    guard let port = bridge.ports[number] else { return warn("Nonexistent output port") }
    send(to: port)
  }

  func send(to port: BridgePort) {
    guard !port.config.contains(.noForward) else {
      return note("OFPPC_NO_FWD set, skipping output")
    }
    switch port.kind {
    case .patch: cross(from: port)
    case .datapath(let number): sendFrame(to: number)
    }
  }

  /// Ports of the datapath carry Ethernet; patch ports whatever there is.
  private func sendFrame(to number: PortNumber) {
    guard isEthernet else {
      return warn(
        "Trying to send non-Ethernet packet through legacy L2 port. Dropping packet.")
    }
    commit()
    actions.append(.output(number))
  }

  /// `output(port=PORT,max_len=N)`.
  func outputTruncated(to number: UInt16, _ length: UInt32) {
    guard number != flow.key.inPort else { return warn("skipping output to input port") }
    // What a bridge behind a patch port would make of the cut is anyone's guess.
    guard let port = bridge.ports[number], case .datapath(let output) = port.kind else {
      return report("output_trunc does not support patch port \(OpenFlowPort.text(number))")
    }
    guard !port.config.contains(.noForward) else {
      return note("OFPPC_NO_FWD set, skipping output")
    }
    actions.append(.truncate(length))
    sendFrame(to: output)
  }

  /// Sends a copy to every port but the one the packet came in on.
  private func flood(_ takesPart: (BridgePort) -> Bool) {
    let inPort = flow.key.inPort
    start(
      bridge.portOrder.filter { $0.ofport != inPort && takesPart($0) }
        .map { Flood.Target(port: $0, tci: nil) })
  }

  func start(_ targets: [Flood.Target]) {
    stack.append(.outputs(Flood(targets: targets, tci: flow.key.vlanTCI), next: 0))
  }

  /// Sends the next copy. The frame goes back on the stack first: a patch port pushes work that comes
  /// before the rest of the flood.
  func continueFlood(_ flood: Flood, _ next: Int) {
    flow.key.vlanTCI = flood.tci
    guard next < flood.targets.count else { return }
    stack.append(.outputs(flood, next: next + 1))
    let target = flood.targets[next]
    if let tci = target.tci { flow.key.vlanTCI = tci }
    send(to: target.port)
  }
}
