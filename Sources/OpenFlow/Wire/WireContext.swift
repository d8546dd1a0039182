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

  public init(_ version: OpenFlowVersion = .v10) { self.version = version }
}
