import Synchronization

/// `debug_slow`: takes the flow's packets out of the fast path, where a switch has one to take them
/// out of. For tests of a switch: refused unless simulated devices are enabled.
public struct DebugSlow: PlainAction {
  public init() {}
  public static let word = "debug_slow"
  public static let subtype: UInt16 = 254

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    guard DebugActions.areEnabled else { throw .badActionVendorType }
    return DebugSlow()
  }
}

/// Whether controllers may use the actions for debugging: set once, at start (`--enable-dummy`).
public enum DebugActions {
  private static let enabled = Atomic<Bool>(false)
  public static var areEnabled: Bool { enabled.load(ordering: .relaxed) }
  public static func enable() { enabled.store(true, ordering: .relaxed) }
}
