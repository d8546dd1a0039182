/// `sample(probability=P,...)`: has one packet of 65535/P described to the collectors of a set.
public struct SampleAction: Action, Hashable {
  /// Of 65535 packets; never 0.
  public var probability: UInt16
  public var collectorSet: UInt32 = 0
  public var observationDomain: UInt32 = 0
  public var observationPoint: UInt32 = 0
  /// The port whose packets are described, `OpenFlowPort.none` for the input port.
  public var port = OpenFlowPort.none
  public var direction = Direction.unknown

  /// Which way the packets go at the port.
  public enum Direction: UInt8, Sendable {
    case unknown = 0
    case ingress, egress
  }

  public init(probability: UInt16) { self.probability = probability }

  private static let plain = ActionIdentity.nicira(29)
  private static let withPort = ActionIdentity.nicira(38)
  private static let withDirection = ActionIdentity.nicira(41)

  public static let places = [
    ActionPlace(plain, .v10 ... .v15, length: 24),
    ActionPlace(withPort, .v10 ... .v15, length: 32),
    ActionPlace(withDirection, .v10 ... .v15, length: 32),
  ]

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    var sample = SampleAction(probability: try reader.u16())
    sample.collectorSet = try reader.u32()
    sample.observationDomain = try reader.u32()
    sample.observationPoint = try reader.u32()
    if identity != plain { sample.port = try reader.u16() }
    if identity == withDirection {
      let direction = Direction(rawValue: try reader.u8())
      guard try reader.integer(5) == 0 else { throw .mustBeZero }
      guard let direction else { throw .badActionArgument }
      sample.direction = direction
    }
    guard sample.probability != 0 else { throw .badActionArgument }
    return sample
  }

  public func identity(in context: WireContext) -> ActionIdentity? {
    if direction != .unknown { return Self.withDirection }
    return port == OpenFlowPort.none ? Self.plain : Self.withPort
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) {
    writer.u16(probability)
    writer.u32(collectorSet)
    writer.u32(observationDomain)
    writer.u32(observationPoint)
    guard identity != Self.plain else { return }
    writer.u16(port)
    writer.u8(direction.rawValue)
    writer.zeros(5)
  }

  public static let keywords = ["sample"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    var sample = SampleAction(probability: 0)
    for (key, value) in KeyValueText(argument) {
      switch key {
      case "probability":
        sample.probability = try ActionText.number(value[...], "probability", as: UInt16.self)
        guard sample.probability != 0 else {
          throw FlowTextError("invalid probability value \"\(value)\"")
        }
      case "collector_set_id": sample.collectorSet = try ActionText.word(value[...])
      case "obs_domain_id": sample.observationDomain = try ActionText.word(value[...])
      case "obs_point_id": sample.observationPoint = try ActionText.word(value[...])
      case "sampling_port":
        guard let port = context.port(value) else { throw FlowTextError("\(value): unknown port") }
        sample.port = port
      case "ingress": sample.direction = .ingress
      case "egress": sample.direction = .egress
      default: throw FlowTextError("invalid key \"\(key)\" in \"sample\" argument")
      }
    }
    guard sample.probability != 0 else {
      throw FlowTextError("non-zero \"probability\" must be specified on sample")
    }
    return [sample]
  }

  public func appendText(to text: inout String) {
    text += "sample(probability=\(probability),collector_set_id=\(collectorSet)"
    text += ",obs_domain_id=\(observationDomain),obs_point_id=\(observationPoint)"
    if port != OpenFlowPort.none { text += ",sampling_port=" + OpenFlowPort.text(port) }
    switch direction {
    case .unknown: break
    case .ingress: text += ",ingress"
    case .egress: text += ",egress"
    }
    text += ")"
  }
}
