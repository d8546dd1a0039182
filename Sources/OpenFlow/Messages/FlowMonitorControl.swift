/// Ends a monitor (1.3 and before; 1.4 has a command for it).
public struct FlowMonitorCancel: Message, Hashable {
  public static let places = [
    MessagePlace(.nicira(21), .v10 ... .v12), MessagePlace(.onf(1870), .v13 ... .v13),
  ]

  public let id: UInt32

  public init(_ id: UInt32) { self.id = id }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    id = try reader.u32()
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) { writer.u32(id) }
}

/// The switch stops telling changes, because the controller does not keep up (1.3 and before; 1.4 has
/// an update for it).
public struct FlowMonitorPaused: EmptyMessage {
  public static let places = [
    MessagePlace(.nicira(22), .v10 ... .v12), MessagePlace(.onf(1871), .v13 ... .v13),
  ]
  public init() {}
}

/// The switch has told everything that happened in the pause, and goes on.
public struct FlowMonitorResumed: EmptyMessage {
  public static let places = [
    MessagePlace(.nicira(23), .v10 ... .v12), MessagePlace(.onf(1872), .v13 ... .v13),
  ]
  public init() {}
}
