/// `ct_clear`: forgets what connection tracking said of the packet.
public struct CTClear: PlainAction {
  public init() {}
  public static let word = "ct_clear"
  public static let subtype: UInt16 = 43
}
