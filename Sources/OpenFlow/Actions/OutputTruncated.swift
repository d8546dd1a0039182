/// `output(port=PORT,max_len=N)`: outputs the first `N` bytes.
public struct OutputTruncated: Action, Hashable {
  public let port: UInt16
  public let maxLength: UInt32

  public init(port: UInt16, maxLength: UInt32) {
    self.port = port
    self.maxLength = maxLength
  }

  /// An Ethernet header.
  static let shortest: UInt32 = 14

  public static let places = [ActionPlace(.nicira(39), .v10 ... .v15, length: 16)]

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    let action = OutputTruncated(port: try reader.u16(), maxLength: try reader.u32())
    guard action.maxLength >= shortest else { throw .badActionArgument }
    return action
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) {
    writer.u16(port)
    writer.u32(maxLength)
  }

  /// Text says `output`, too.
  public static let keywords: [String] = []

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    var port: UInt16 = 0
    var maxLength: UInt32 = 0
    for (key, value) in KeyValueText(argument) {
      switch key {
      case "port":
        guard let number = context.port(value) else {
          throw FlowTextError("output to unknown truncate port: \(value)")
        }
        guard
          number <= OpenFlowPort.max || [OpenFlowPort.local, OpenFlowPort.inPort].contains(number)
        else { throw FlowTextError("output to unsupported truncate port: \(value)") }
        port = number
      case "max_len":
        maxLength = try ActionText.number(value[...], "max_len", as: UInt32.self)
        guard maxLength >= shortest else {
          throw FlowTextError(
            "max_len \(maxLength) is less than the minimum value \(shortest)")
        }
      default: throw FlowTextError("invalid key '\(key)' in output_trunc argument")
      }
    }
    return [OutputTruncated(port: port, maxLength: maxLength)]
  }

  public func appendText(to text: inout String) {
    text += "output(port=\(OpenFlowPort.text(port)),max_len=\(maxLength))"
  }

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    guard port < OpenFlowPort.max || [OpenFlowPort.local, OpenFlowPort.inPort].contains(port) else {
      throw .badOutPort
    }
  }
}
