/// `mod_vlan_vid:VID`: sets the VLAN ID; pushes a tag first when the packet has none.
public struct SetVLANVID: Action, Hashable {
  public let vid: UInt16

  public init(_ vid: UInt16) { self.vid = vid }

  public func appendText(to text: inout String) { text += "mod_vlan_vid:\(vid)" }
}
