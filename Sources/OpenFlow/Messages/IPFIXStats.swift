/// Asks what a bridge's IPFIX exporter counted (NXST_IPFIX_BRIDGE).
public struct BridgeIPFIXStatsRequest: EmptyMessage {
  public static let places = [MessagePlace(.niciraStatsRequest(3), .v10 ... .v15)]
  public init() {}
}

/// Asks what the exporters of `sample` actions counted (NXST_IPFIX_FLOW).
public struct FlowIPFIXStatsRequest: EmptyMessage {
  public static let places = [MessagePlace(.niciraStatsRequest(4), .v10 ... .v15)]
  public init() {}
}
