/// `debug_recirc`: goes on with the actions behind it after a pointless recirculation. For tests of a
/// switch: refused unless simulated devices are enabled.
public struct DebugRecirc: PlainAction {
  public init() {}
  public static let word = "debug_recirc"
  public static let subtype: UInt16 = 255

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    guard DebugActions.areEnabled else { throw .badActionVendorType }
    return DebugRecirc()
  }
}
