/// `dec_ttl`: decrements the IPv4 TTL or IPv6 hop limit. At 0 or 1 the packet goes to the controllers
/// `controllerIDs` (one reason more to name them) and processing of it stops.
public struct DecTTL: Action, Hashable {
  /// Empty for plain `dec_ttl`, which means controller 0.
  public let controllerIDs: [UInt16]

  public init(controllerIDs: [UInt16] = []) { self.controllerIDs = controllerIDs }

  public func appendText(to text: inout String) {
    text += "dec_ttl"
    guard !controllerIDs.isEmpty else { return }
    text += "(" + controllerIDs.map(String.init).joined(separator: ",") + ")"
  }
}
