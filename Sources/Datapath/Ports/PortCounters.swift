/// What the datapath counted on one port, summed over the workers. A value: a snapshot.
///
/// Drops before an action ran are charged to the input port, drops at or after an output to the
/// output port.
public struct PortCounters: Equatable, Sendable {
  public var rxPackets: UInt64 = 0
  public var rxBytes: UInt64 = 0
  public var txPackets: UInt64 = 0
  public var txBytes: UInt64 = 0
  /// How often a guest's queue was tried again that had taken some of the packets given to it.
  public var txRetries: UInt64 = 0
  /// Long packets that were cut into segments here, and packets whose checksum was completed here,
  /// because the far end does neither.
  public var segmented: UInt64 = 0
  public var checksums: UInt64 = 0
  /// Segments that were sent as part of a packet before them, which alone is in `txPackets`.
  public var merged: UInt64 = 0
  /// Indexed by `DropReason.rawValue`.
  public var drops = [UInt64](repeating: 0, count: DropReason.allCases.count)

  public init() {}

  /// The count of one reason.
  public subscript(_ reason: DropReason) -> UInt64 { drops[reason.rawValue] }

  /// What statistics call `rx_dropped`: lost between reception and the first action.
  public var rxDropped: UInt64 {
    self[.rxInvalidPacket] &+ self[.upcallParkedLimit] &+ self[.upcallQueueFull]
      &+ self[.upcallError]
  }
  /// What statistics call `tx_dropped`: lost on the way out.
  public var txDropped: UInt64 {
    self[.txTooLong] &+ self[.txQueueFull] &+ self[.noBuffer] &+ self[.txGuestDown]
      &+ self[.txInvalidOffload]
  }
}
