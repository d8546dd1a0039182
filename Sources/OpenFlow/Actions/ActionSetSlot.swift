/// When the actions of an action set are performed, whatever the order in which they were written to
/// it: OpenFlow's order, and where it is silent OVS's.
public enum ActionSetSlot: Int, Comparable, Sendable {
  case stripVLAN, popMPLS, decap, encap, pushMPLS, pushVLAN
  case decrementTTL, decrementMPLSTTL, decrementNSHTTL
  /// All actions that set or move bits, in the order in which they were written.
  case setOrMove
  /// Of those that follow, only the last in this list that is there is performed.
  case connectionTracking, connectionTrackingClear, resubmit, output, group

  public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}
