import OpenFlow

/// What the Bridge table says about switching. A value: `Bridge.configure` takes a whole one.
public struct BridgeSettings: Hashable, Sendable {
  public enum FailMode: Hashable, Sendable { case standalone, secure }

  /// Without a controller, a standalone bridge switches on its own.
  public var failMode = FailMode.standalone
  /// Whether controllers are configured: then even a standalone bridge starts without flows.
  public var hasControllers = false
  /// Versions of OpenFlow that connections may agree on (`protocols`).
  public var versions = VersionSet.supported
  /// Forward frames to reserved addresses (`other_config:forward-bpdu`).
  public var forwardBPDU = false
  /// VLANs in which nothing is learned and everything is flooded.
  public var floodVLANs: Set<UInt16> = []
  /// Seconds that a learned address lives unseen: 15 to 3600.
  public var macAgingTime = 300
  /// Addresses that are learned at most: 10 or more.
  public var macTableSize = 8192

  /// What rows of Flow_Table say, by table.
  public var tables: [UInt8: FlowTableSettings] = [:]

  public init() {}
}
