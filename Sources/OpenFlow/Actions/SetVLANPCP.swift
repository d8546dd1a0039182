/// `mod_vlan_pcp:PCP`: sets the VLAN priority; pushes a tag first when the packet has none.
public struct SetVLANPCP: Action, Hashable {
  public let pcp: UInt8

  public init(_ pcp: UInt8) { self.pcp = pcp }

  public func appendText(to text: inout String) { text += "mod_vlan_pcp:\(pcp)" }
}
