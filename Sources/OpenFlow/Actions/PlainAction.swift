/// An action that is only a word: one of Nicira's, without a body.
public protocol PlainAction: Action, Hashable {
  static var word: String { get }
  static var subtype: UInt16 { get }
  init()
}

extension PlainAction {
  public static var places: [ActionPlace] {
    [ActionPlace(.nicira(subtype), .v10 ... .v15, length: 16)]
  }

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action { Self() }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) { writer.zeros(6) }

  public static var keywords: [String] { [word] }

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] { [Self()] }

  public func appendText(to text: inout String) { text += Self.word }
}
