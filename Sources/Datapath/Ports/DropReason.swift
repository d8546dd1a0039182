/// Why a packet ended in the datapath without being sent: every drop has a name and a counter per
/// worker and port. The raw value indexes the counters.
public enum DropReason: Int, CaseIterable, Sendable {
  /// Shorter than an Ethernet header.
  case rxInvalidPacket
  /// The flow's action list is empty.
  case dropAction
  /// As many packets wait for an answer as the port may have waiting.
  case upcallParkedLimit
  /// The request queue towards the translators is full.
  case upcallQueueFull
  /// The translators declined to answer.
  case upcallError
  /// Output to a port that this worker does not have.
  case noSuchPort
  /// No buffer for the copy that a second output needs.
  case noBuffer
  /// An operation did not fit the packet: no room for a tag, or the header it sets is missing.
  case actionMismatch
  /// Longer than the output port's maximum.
  case txTooLong
  /// What a sender left to do for it cannot be done: it is not the packet that the sender says.
  case txInvalidOffload
  /// The device took fewer packets than it was given.
  case txQueueFull
  /// No guest's driver is there to take it, or it has turned its queues off.
  case txGuestDown
  /// The port was detached while packets waited.
  case portDetached
  /// Looked up again and again, `RecirculationQueue.maxLevel` times.
  case recirculationLimit
  /// One burst made more copies to look up again than a worker remembers.
  case recirculationQueueFull
  /// A copy for the control side found no room there. Only the copy is lost.
  case userspaceActionError
  /// Over the rate of a meter.
  case meter

  /// The name that statistics show.
  public var name: String {
    switch self {
    case .rxInvalidPacket: "rx_invalid_packet"
    case .dropAction: "drop_action"
    case .upcallParkedLimit: "upcall_parked_limit"
    case .upcallQueueFull: "upcall_queue_full"
    case .upcallError: "upcall_error"
    case .noSuchPort: "no_such_port"
    case .noBuffer: "no_buffer"
    case .actionMismatch: "action_mismatch"
    case .txTooLong: "tx_too_long"
    case .txInvalidOffload: "tx_invalid_offload"
    case .txQueueFull: "tx_queue_full"
    case .txGuestDown: "tx_guest_down"
    case .portDetached: "port_detached"
    case .recirculationLimit: "recirc_limit"
    case .recirculationQueueFull: "recirc_queue_full"
    case .userspaceActionError: "userspace_action_error"
    case .meter: "meter"
    }
  }
}
