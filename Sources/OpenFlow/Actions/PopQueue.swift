/// `pop_queue`: the queue is again the one that the packet came with.
public struct PopQueue: PlainAction {
  public init() {}
  public static let word = "pop_queue"
  public static let subtype: UInt16 = 5
}
