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
  /// The device took fewer packets than it was given.
  case txQueueFull
  /// The port was detached while packets waited.
  case portDetached

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
    case .txQueueFull: "tx_queue_full"
    case .portDetached: "port_detached"
    }
  }
}
