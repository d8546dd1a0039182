/// `output:PORT`, and the reserved ports by name (`NORMAL`, `FLOOD`, `IN_PORT`, ...).
public struct OutputAction: Action, Hashable {
  public let port: UInt16
  /// Bytes of the packet to send, when the port is the controller.
  public let maxLength: UInt16

  public init(port: UInt16, maxLength: UInt16 = 0) {
    self.port = port
    self.maxLength = maxLength
  }

  public static let places = [
    ActionPlace(.standard(0), .v10 ... .v10, length: 8),
    ActionPlace(.standard(0), .v11 ... .v15, length: 16),
  ]

  public static let actionSetSlot: ActionSetSlot? = .output

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    let action = OutputAction(port: try reader.port(context), maxLength: try reader.u16())
    guard action.isValid else { throw .badOutPort }
    return action
  }

  private var isValid: Bool {
    port < OpenFlowPort.max || (OpenFlowPort.inPort...OpenFlowPort.local).contains(port)
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) {
    writer.port(port, context)
    writer.u16(maxLength)
  }

  public static let keywords = ["output"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    if argument.contains("port"), argument.contains("max_len") {
      return try OutputTruncated.parse(argument, keyword: keyword, context)
    }
    if let port = context.port(argument) { return [OutputAction(toPort: port)] }
    guard let source = try? Subfield.parse(argument) else {
      throw FlowTextError("\(argument): output to unknown port")
    }
    return [OutputReg(source)]
  }

  /// Output to a port that text names; a controller gets whole packets unless `argument` says how
  /// much of them.
  init(toPort port: UInt16, argument: String = "") {
    let isController = port == OpenFlowPort.controller
    let length = Number.parse(argument, max: UInt128(UInt16.max)).map { UInt16($0) }
    self.init(port: port, maxLength: isController ? length ?? .max : 0)
  }

  public func appendText(to text: inout String) {
    if port < OpenFlowPort.max { text += "output:" }
    text += OpenFlowPort.text(port)
    if port == OpenFlowPort.controller { text += ":\(maxLength)" }
  }
}
