/// `controller(...)`: sends the packet to controllers, with more to say than an output to CONTROLLER
/// can: why, to which of them, what to tell them, and whether to wait for them.
public struct ControllerAction: Action, Hashable {
  /// Bytes of the packet that the controller asks for; it gets all of them.
  public let maxLength: UInt16
  /// Controllers that have chosen this number get the packet.
  public let controllerID: UInt16
  public let reason: PacketInReason
  public let userdata: [UInt8]
  /// Stop here until the controller resumes the packet.
  public let pauses: Bool
  /// A meter for such packets; `noMeter` for none.
  public let meter: UInt32
  /// It came in the form that can say everything, and is shown to the controller in that form again.
  private let isExtended: Bool

  public static let noMeter = UInt32.max

  public init(
    maxLength: UInt16 = .max, controllerID: UInt16 = 0, reason: PacketInReason = .action,
    userdata: [UInt8] = [], pauses: Bool = false, meter: UInt32 = noMeter
  ) {
    self.init(maxLength, controllerID, reason, userdata, pauses, meter, isExtended: false)
  }

  private init(
    _ maxLength: UInt16, _ controllerID: UInt16, _ reason: PacketInReason, _ userdata: [UInt8],
    _ pauses: Bool, _ meter: UInt32, isExtended: Bool
  ) {
    self.maxLength = maxLength
    self.controllerID = controllerID
    self.reason = reason
    self.userdata = userdata
    self.pauses = pauses
    self.meter = meter
    self.isExtended = isExtended
  }

  // MARK: Wire

  private static let plain = ActionIdentity.nicira(20)
  private static let extended = ActionIdentity.nicira(37)

  public static let places = [
    ActionPlace(plain, .v10 ... .v15, length: 16),
    ActionPlace(extended, .v10 ... .v15, lengths: 16...0xfff8),
  ]

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    if identity == extended { return try readExtended(from: &reader) }
    let maxLength = try reader.u16()
    let id = try reader.u16()
    let reason = PacketInReason(rawValue: try reader.u8())
    guard try reader.u8() == 0 else { throw .badActionArgument }
    return ControllerAction(maxLength: maxLength, controllerID: id, reason: reason)
  }

  private static let maxLengthType: UInt16 = 0, idType: UInt16 = 1, reasonType: UInt16 = 2
  private static let userdataType: UInt16 = 3, pauseType: UInt16 = 4, meterType: UInt16 = 5

  private static func readExtended(
    from reader: inout WireReader
  ) throws(OpenFlowError) -> any Action {
    guard try reader.integer(6) == 0 else { throw .mustBeZero }
    var (maxLength, id, reason) = (UInt16.max, UInt16(0), PacketInReason.action)
    var (userdata, pauses, meter) = ([UInt8](), false, noMeter)
    while !reader.isAtEnd {
      let property = try Property(from: &reader)
      switch property.type {
      case maxLengthType: maxLength = try property.u16()
      case idType: id = try property.u16()
      case reasonType: reason = PacketInReason(rawValue: try property.u8())
      case userdataType: userdata = property.bytes
      case pauseType: pauses = true
      case meterType: meter = try property.u32()
      default: throw property.unknown
      }
    }
    return ControllerAction(maxLength, id, reason, userdata, pauses, meter, isExtended: true)
  }

  public func identity(in context: WireContext) -> ActionIdentity? {
    let needsMore = !userdata.isEmpty || pauses || meter != Self.noMeter || isExtended
    return needsMore ? Self.extended : Self.plain
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) {
    if identity == Self.extended { return writeExtended(to: &writer) }
    writer.u16(maxLength)
    writer.u16(controllerID)
    writer.u8(reason.rawValue)
    writer.u8(0)
  }

  private func writeExtended(to writer: inout WireWriter) {
    writer.zeros(6)
    if maxLength != .max { writer.property16(Self.maxLengthType, maxLength) }
    if controllerID != 0 { writer.property16(Self.idType, controllerID) }
    if reason != .action { writer.property(Self.reasonType) { $0.u8(reason.rawValue) } }
    if !userdata.isEmpty { writer.property(Self.userdataType) { $0.append(userdata) } }
    if pauses { writer.property(Self.pauseType) { _ in } }
    if meter != Self.noMeter { writer.property(Self.meterType) { $0.u32(meter) } }
  }

  // MARK: Text

  public static let keywords = ["controller"]

  /// What an output to the controller can say as well becomes one.
  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    var (maxLength, id, reason) = (UInt16.max, UInt16(0), PacketInReason.action)
    var (userdata, pauses, meter) = ([UInt8]?.none, false, noMeter)
    if argument.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) {
      if !argument.isEmpty {
        maxLength = try ActionText.number(argument, "max_len", as: UInt16.self)
      }
    } else {
      for (key, value) in KeyValueText(argument) {
        switch key {
        case "reason":
          guard let known = PacketInReason(text: value) else {
            throw FlowTextError("unknown reason \"\(value)\"")
          }
          reason = known
        case "max_len": maxLength = try ActionText.number(value[...], key, as: UInt16.self)
        case "id": id = try ActionText.number(value[...], key, as: UInt16.self)
        case "userdata": userdata = try hexadecimal(value)
        case "pause": pauses = true
        case "meter_id": meter = try ActionText.number(value[...], key, as: UInt32.self)
        default: throw FlowTextError("unknown key \"\(key)\" parsing controller action")
        }
      }
    }
    if reason == .action, id == 0, userdata == nil, !pauses, meter == noMeter {
      return [OutputAction(port: OpenFlowPort.controller, maxLength: maxLength)]
    }
    return [
      ControllerAction(
        maxLength: maxLength, controllerID: id, reason: reason, userdata: userdata ?? [],
        pauses: pauses, meter: meter)
    ]
  }

  /// Pairs of digits, perhaps with dots between them.
  private static func hexadecimal(_ text: String) throws(FlowTextError) -> [UInt8] {
    var digits = text.utf8.filter { $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: " ") }[...]
    guard digits.count <= 2 * 0xf000 else { throw FlowTextError("input too big") }
    var bytes: [UInt8] = []
    while !digits.isEmpty {
      let pair = String(decoding: digits.prefix(2), as: UTF8.self)
      guard pair.utf8.count == 2, let byte = Number.parse("0x" + pair, max: 255) else {
        throw FlowTextError("bad hex digit in `controller' action `userdata'")
      }
      bytes.append(UInt8(byte))
      digits = digits.dropFirst(2)
    }
    return bytes
  }

  public func appendText(to text: inout String) {
    var items: [String] = []
    if reason != .action { items.append("reason=" + reason.text) }
    if maxLength != .max { items.append("max_len=\(maxLength)") }
    if controllerID != 0 { items.append("id=\(controllerID)") }
    if !userdata.isEmpty {
      let bytes = userdata.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
      items.append("userdata=" + bytes.joined(separator: "."))
    }
    if pauses { items.append("pause") }
    if meter != Self.noMeter { items.append("meter_id=\(meter)") }
    let isPlain = items.isEmpty || (items.count == 1 && maxLength != .max)
    text +=
      isPlain ? "CONTROLLER:\(maxLength)" : "controller(" + items.joined(separator: ",") + ")"
  }
}
