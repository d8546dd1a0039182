import Datapath
import Fields

/// What most devices say.
extension InterfaceDevice {
  public var configurationText: String { "" }
  public var trouble: String? { nil }
  public var isDummy: Bool { false }
  public var lendsAddress: Bool { false }
  public var customStatistics: [String] { [] }
  public var queueNumbers: [UInt32] { [] }
  public var bufferPoolText: String? { nil }
  public func setAddress(_ address: EthernetAddress) {}
  public func setUp(_ up: Bool) {}

  /// Longest frame that may be sent to the device, without FCS: its MTU, the Ethernet header and one
  /// tag. For `Datapath.setMaximumFrameLength`.
  public var maximumFrameLength: Int { (status.mtu ?? 1500) + 18 }
  /// What buffers for received frames must hold. For `Datapath.attach`.
  public var bufferSize: Int {
    max(MempoolRegistry.defaultBufferSize, maximumFrameLength + 64)
  }
}
