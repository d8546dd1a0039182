/// `goto_table:TABLE`: goes on in another table, with a greater number.
public struct GotoTable: Action, Hashable {
  public let table: UInt8

  public init(_ table: UInt8) { self.table = table }

  /// An instruction. OpenFlow 1.0 has none: there it is a resubmit at the end.
  public static let places: [ActionPlace] = []

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action { GotoTable(try reader.u8()) }

  public func substitutes(in context: WireContext) -> [any Action]? {
    context.version == .v10 ? [Resubmit(table: table)] : nil
  }

  public func instruction(in version: OpenFlowVersion) -> Instruction { .gotoTable }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) {}

  public static let keywords = ["goto_table"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    guard let table = Number.parse(argument, max: 255) else {
      throw FlowTextError("unknown table \"\(argument)\"")
    }
    return [GotoTable(UInt8(table))]
  }

  public func appendText(to text: inout String) { text += "goto_table:\(table)" }

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    guard packets.table == FlowMod.anyTable || table > packets.table else {
      throw .badInstructionTableID
    }
  }
}
