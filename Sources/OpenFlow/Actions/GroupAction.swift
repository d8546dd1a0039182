/// `group:ID`: gives the packet to a group.
public struct GroupAction: Action, Hashable {
  public let id: UInt32

  public init(_ id: UInt32) { self.id = id }

  private static let extended = ActionIdentity.nicira(40)

  public static let places = [
    ActionPlace(extended, .v10 ... .v10, length: 16),
    ActionPlace(.standard(22), .v11 ... .v15, length: 8),
  ]

  public static let actionSetSlot: ActionSetSlot? = .group

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    if identity == extended { try reader.skip(2) }
    return GroupAction(try reader.u32())
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) {
    if identity == Self.extended { writer.zeros(2) }
    writer.u32(id)
  }

  public static let keywords = ["group"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    [GroupAction(try ActionText.number(argument, "group", as: UInt32.self))]
  }

  public func appendText(to text: inout String) { text += "group:\(id)" }

  public var group: UInt32? { id }
}
