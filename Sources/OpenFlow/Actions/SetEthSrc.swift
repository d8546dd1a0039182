import Fields

/// `mod_dl_src:MAC`: the Ethernet source address.
public struct SetEthSrc: Action, Hashable {
  public let address: EthernetAddress

  public init(_ address: EthernetAddress) { self.address = address }

  public func appendText(to text: inout String) { text += "mod_dl_src:\(address)" }
}
