/// `mod_nw_src:IP`: the IPv4 source address.
public struct SetIPv4Src: Action, Hashable {
  public let address: UInt32

  public init(_ address: UInt32) { self.address = address }

  public func appendText(to text: inout String) { text += "mod_nw_src:\(IPv4Text.format(address))" }
}
