/// `strip_vlan`: removes the outermost VLAN tag, if there is one.
public struct StripVLAN: Action, Hashable {
  public init() {}

  public func appendText(to text: inout String) { text += "strip_vlan" }
}
