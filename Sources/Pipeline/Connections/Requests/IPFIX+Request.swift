import OpenFlow

// Nothing is exported yet, which is what a switch without the configuration for it says.

extension BridgeIPFIXStatsRequest: Request {
  func handle(_ exchange: Exchange) throws { throw OpenFlowError.notConfigured }
}

extension FlowIPFIXStatsRequest: Request {
  func handle(_ exchange: Exchange) throws { throw OpenFlowError.notConfigured }
}
