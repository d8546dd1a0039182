/// A copy of a packet that a flow's `userspace` action gave to the control side.
public struct Punt: Sendable {
  /// The action's number.
  public let number: UInt32
  /// The datapath port that the packet came in on; 0 when it came from a packet-out without one.
  public let inPort: PortNumber
  /// The packet as it was at the action.
  public let bytes: [UInt8]

  public init(number: UInt32, inPort: PortNumber, bytes: [UInt8]) {
    self.number = number
    self.inPort = inPort
    self.bytes = bytes
  }
}
