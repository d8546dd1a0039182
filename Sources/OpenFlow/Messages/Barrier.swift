/// Asks for a reply when everything sent before has been done.
public struct BarrierRequest: EmptyMessage {
  public static let places = [
    MessagePlace(.type(18), .v10 ... .v10), MessagePlace(.type(20), .v11 ... .v15),
  ]
  public init() {}
}

/// The answer to a `BarrierRequest`.
public struct BarrierReply: EmptyMessage {
  public static let places = [
    MessagePlace(.type(19), .v10 ... .v10), MessagePlace(.type(21), .v11 ... .v15),
  ]
  public init() {}
}
