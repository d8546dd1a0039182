/// `push_vlan:ETHERTYPE`: adds a VLAN tag with ID 0 and priority 0 (a copy of the tag that is there,
/// if the packet has one).
public struct PushVLAN: Action, Hashable {
  /// 0x8100 or 0x88a8.
  public let etherType: UInt16

  public init(etherType: UInt16) { self.etherType = etherType }

  public func appendText(to text: inout String) {
    text += "push_vlan:0x" + String(etherType, radix: 16)
  }
}
