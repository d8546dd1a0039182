import Fields

/// `delete_field:FIELD`: removes a field from the packet. Only options of a tunnel can go.
public struct DeleteField: Action, Hashable {
  public let field: MatchField

  public init(_ field: MatchField) { self.field = field }

  public static let places = [ActionPlace(.nicira(50), .v10 ... .v15, length: 24)]

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    DeleteField(try MatchField.read(headerFrom: &reader, context))
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) {
    let start = writer.count
    field.write(headerTo: &writer, 0)
    writer.zeros(14 - (writer.count - start))
  }

  public static let keywords = ["delete_field"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] { [DeleteField(try Subfield.parse(argument).field)] }

  public func appendText(to text: inout String) { text += "delete_field:" + field.name }

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    guard field.name.hasPrefix("tun_metadata") else { throw .badActionArgument }
  }
}
