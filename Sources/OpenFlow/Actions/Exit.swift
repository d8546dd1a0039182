/// `exit`: nothing that follows is done, neither here nor in the tables that resubmitted to here.
public struct ExitAction: PlainAction {
  public init() {}
  public static let word = "exit"
  public static let subtype: UInt16 = 17
}
