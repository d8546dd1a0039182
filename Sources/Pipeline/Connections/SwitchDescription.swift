/// What the switch says of itself in words. OVS's words are the defaults: tools look at them.
public struct SwitchDescription: Hashable, Sendable {
  public var manufacturer = "Nicira, Inc."
  public var hardware = "Open vSwitch"
  public var software = "3.1.0"
  /// `other_config:dp-sn` of the bridge.
  public var serialNumber = "None"
  /// `other_config:dp-desc` of the bridge.
  public var datapath = "None"

  public init() {}
}
