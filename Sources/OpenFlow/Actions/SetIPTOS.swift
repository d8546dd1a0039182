/// `mod_nw_tos:TOS`: the DSCP bits of the IPv4 TOS or IPv6 traffic class; the ECN bits stay.
public struct SetIPTOS: Action, Hashable {
  public let tos: UInt8

  public init(_ tos: UInt8) { self.tos = tos }

  public func appendText(to text: inout String) { text += "mod_nw_tos:\(tos)" }
}
