import Fields

/// `resubmit(PORT,TABLE)`: looks the packet up again, with another input port or in another table,
/// runs what it finds, and goes on with the next action.
public struct Resubmit: Action, Hashable {
  /// `OpenFlowPort.inPort`: keep the input port.
  public let inPort: UInt16
  /// 255: the table that the resubmit stands in.
  public let table: UInt8

  /// Whether the packet is looked up with the addresses that its connection began with.
  public let usesConnection: Bool

  public init(
    inPort: UInt16 = OpenFlowPort.inPort, table: UInt8 = sameTable, usesConnection: Bool = false
  ) {
    self.inPort = inPort
    self.table = table
    self.usesConnection = usesConnection
  }

  public static let sameTable: UInt8 = 255

  private static let portOnly = ActionIdentity.nicira(1)
  private static let withTable = ActionIdentity.nicira(14)
  private static let withConnection = ActionIdentity.nicira(44)

  public static let places = [
    ActionPlace(portOnly, .v10 ... .v15, length: 16),
    ActionPlace(withTable, .v10 ... .v15, length: 16),
    ActionPlace(withConnection, .v10 ... .v15, length: 16),
  ]

  public static let actionSetSlot: ActionSetSlot? = .resubmit

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    let inPort = try reader.u16()
    guard identity != portOnly else { return Resubmit(inPort: inPort) }
    let table = try reader.u8()
    guard try reader.integer(3) == 0 else { throw .badActionArgument }
    return Resubmit(inPort: inPort, table: table, usesConnection: identity == withConnection)
  }

  public func identity(in context: WireContext) -> ActionIdentity? {
    if usesConnection { return Self.withConnection }
    return table == Self.sameTable ? Self.portOnly : Self.withTable
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) {
    writer.u16(inPort)
    writer.u8(identity == Self.portOnly ? 0 : table)
    writer.zeros(3)
  }

  public static let keywords = ["resubmit"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    let portText = parts.first ?? ""
    guard let inPort = portText.isEmpty ? OpenFlowPort.inPort : context.port(portText) else {
      throw FlowTextError("\(portText): resubmit to unknown port")
    }
    let tableText = parts.count > 1 ? parts[1] : ""
    guard let table = tableText.isEmpty ? 255 : Number.parse(tableText, max: 255) else {
      throw FlowTextError("\(tableText): resubmit to unknown table")
    }
    let flag = parts.count > 2 ? parts[2] : ""
    guard flag.isEmpty || flag == "ct" else { throw FlowTextError("\(flag): unknown parameter") }
    let action = Resubmit(inPort: inPort, table: UInt8(table), usesConnection: flag == "ct")
    guard inPort != OpenFlowPort.inPort || table != UInt128(sameTable) else {
      throw FlowTextError(
        "at least one \"in_port\" or \"table\" must be specified on resubmit")
    }
    return [action]
  }

  public func appendText(to text: inout String) {
    if inPort != OpenFlowPort.inPort && table == Self.sameTable {
      text += "resubmit:" + OpenFlowPort.text(inPort)
      return
    }
    text += "resubmit("
    if inPort != OpenFlowPort.inPort { text += OpenFlowPort.text(inPort) }
    text += ","
    if table != Self.sameTable { text += String(table) }
    if usesConnection { text += ",ct" }
    text += ")"
  }

  /// A connection's addresses are known of tracked IP packets only.
  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    guard !usesConnection || packets.packets.isConnectionValid else { throw .matchInconsistent }
  }
}
