/// `mod_nw_dst:IP`: the IPv4 destination address.
public struct SetIPv4Dst: Action, Hashable {
  public let address: UInt32

  public init(_ address: UInt32) { self.address = address }

  public func appendText(to text: inout String) { text += "mod_nw_dst:\(IPv4Text.format(address))" }
}
