/// `meter:ID`: an instruction in OpenFlow 1.3 and 1.4, an action in 1.5.
public struct MeterAction: Action, Hashable {
  public let id: UInt32

  public init(_ id: UInt32) { self.id = id }

  public static let places = [ActionPlace(.standard(29), .v15 ... .v15, length: 8)]

  /// The greatest number that a meter may have.
  public static let maxID: UInt32 = 0xffff_0000

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action { MeterAction(try reader.u32()) }

  public func instruction(in version: OpenFlowVersion) -> Instruction {
    version >= .v15 ? .applyActions : .meter
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) { writer.u32(id) }

  public static let keywords = ["meter"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    guard let id = Number.parse(argument, max: UInt128(UInt32.max)) else {
      throw FlowTextError("invalid numeric format \(argument)")
    }
    return [MeterAction(UInt32(id))]
  }

  public func appendText(to text: inout String) { text += "meter:\(id)" }

  public var meter: UInt32? { id }

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    guard (1...Self.maxID).contains(id) else { throw .invalidMeter }
  }
}
