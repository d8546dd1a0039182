import Fields

/// `mod_dl_dst:MAC`: the Ethernet destination address.
public struct SetEthDst: Action, Hashable {
  public let address: EthernetAddress

  public init(_ address: EthernetAddress) { self.address = address }

  public func appendText(to text: inout String) { text += "mod_dl_dst:\(address)" }
}
