import Datapath
import Fields

/// What most devices say.
extension InterfaceDevice {
  public var configurationText: String { "" }
  public var isDummy: Bool { false }
  public var lendsAddress: Bool { false }
  public func setAddress(_ address: EthernetAddress) {}
}
