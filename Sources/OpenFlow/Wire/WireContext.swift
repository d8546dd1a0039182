import Fields

/// What a connection has agreed on and what decides how bytes are read and written.
///
/// A value; the connection owns it and changes it when a message says so.
public struct WireContext: Sendable {
  public var version: OpenFlowVersion
  /// Whether the upper byte of a flow-mod's command is the table (NXT_FLOW_MOD_TABLE_ID).
  public var flowModTableID = false
  /// Whether flows are described with NXM rather than OpenFlow 1.0's fixed match
  /// (NXT_SET_FLOW_FORMAT).
  public var nxm = false
  /// What packet-ins look like (NXT_SET_PACKET_IN_FORMAT).
  public var packetInFormat = PacketInFormat.standard
  /// The bridge's table of Geneve options; nil where there is no bridge.
  public var tunnelOptions: TunnelOptionTable?

  /// Remembers lists of actions; nil where that is not worth it.
  public var knownActions: KnownActions?

  /// How many lists of actions the reader is inside of, and the most that are read.
  var nesting = 0
  static let maxNesting = 32

  public init(_ version: OpenFlowVersion = .v10) { self.version = version }
}
