import Fields

/// `set_field:VALUE/MASK->FIELD`: writes a constant into a field, or into the bits of it that a mask
/// names. OpenFlow 1.2 to 1.4 have it for whole fields, 1.5 with a mask; older ones have actions of
/// their own for some fields, and loads of bits (`RegLoad`) for the rest.
public struct SetField: Action, Hashable {
  public let field: MatchField
  /// Value and mask, each as long as the field in messages; no bit of the value outside the mask.
  public let value: [UInt8]
  public let mask: [UInt8]
  /// Came as Nicira's "load with OXM", and goes as such where there is no better.
  public let isLoad: Bool

  public init(_ field: MatchField, value: [UInt8], mask: [UInt8]? = nil, isLoad: Bool = false) {
    let length = field.tunnelOption == nil ? field.wireBytes : field.bytes
    self.field = field
    self.isLoad = isLoad
    let mask = Self.fit(mask ?? [UInt8](repeating: 0xff, count: length), length)
    self.mask = mask
    self.value = zip(Self.fit(value, length), mask).map { $0 & $1 }
  }

  /// A field of at most 16 bytes; `mask` nil means all of it.
  public init(_ field: MatchField, _ value: UInt128, mask: UInt128? = nil, isLoad: Bool = false) {
    self.init(
      field, value: Self.bytes(value), mask: mask.map { Self.bytes($0) }, isLoad: isLoad)
  }

  /// Right-aligned in `count` bytes.
  private static func fit(_ bytes: [UInt8], _ count: Int) -> [UInt8] {
    [UInt8](repeating: 0, count: max(0, count - bytes.count)) + bytes.suffix(count)
  }

  private static func bytes(_ value: UInt128) -> [UInt8] {
    (0..<16).map { UInt8(truncatingIfNeeded: value >> UInt128(120 - 8 * $0)) }
  }

  /// The last 16 bytes as numbers: all there is of any field but options of tunnels.
  public var number: UInt128 { Match.integer(value) }
  public var numberMask: UInt128 { Match.integer(mask) }

  public var isWhole: Bool { mask.allSatisfy { $0 == 0xff } }

  // MARK: Wire

  private static let standard = ActionIdentity.standard(25)
  private static let load = ActionIdentity.nicira(33)

  public static let places = [
    ActionPlace(standard, .v12 ... .v15, lengths: 8...0xfff8),
    ActionPlace(load, .v10 ... .v14, lengths: 16...0xfff8),
  ]

  public static let actionSetSlot: ActionSetSlot? = .setOrMove

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    let takesMask = identity == load || context.version >= .v15
    let header = try NXMHeader(from: &reader)
    guard let unmapped = header.field else {
      throw header.hasWrongLength ? .badSetLength : .badSetType
    }
    let field = try context.mapped(unmapped)
    guard reader.remaining >= header.payloadBytes else { throw .badMatchLength }
    var payload = try reader.sub(header.payloadBytes, tooShort: .badMatchLength)
    let value = try payload.take(header.valueBytes)
    let mask = header.hasMask ? try payload.take(header.valueBytes) : nil
    if let mask, zip(value, mask).contains(where: { $0 & ~$1 != 0 }) { throw .badMatchWildcards }
    guard mask == nil || takesMask else { throw .badSetMask }
    guard reader.rest().allSatisfy({ $0 == 0 }), field.writable else { throw .badSetArgument }
    let action = SetField(
      field, value: Array(value), mask: mask.map(Array.init), isLoad: identity == load)
    guard identity == load || action.isStandard else { throw .badSetArgument }
    return action
  }

  /// What OpenFlow's own action demands: a value that the field can have, a tag when its ID is set.
  private var isStandard: Bool {
    if field == .inPortOXM || !field.acceptsMatch(field.tunnelOption == nil ? number : 0) {
      return false
    }
    let present = UInt128(vlanPresent)
    return field != .vlanVID || (number & present != 0 && numberMask & present != 0)
  }

  public func identity(in context: WireContext) -> ActionIdentity? {
    if context.version >= .v15 { return Self.standard }
    return context.version >= .v12 && isWhole && !isLoad ? Self.standard : Self.load
  }

  public func substitutes(in context: WireContext) -> [any Action]? {
    guard identity(in: context) == Self.load, !isLoad else { return nil }
    if context.version < .v12, isWhole, let legacy = legacyActions(context.version) {
      return legacy
    }
    return loads
  }

  /// A load for every run of ones in the mask, nil for a field that loads cannot name.
  private var loads: [any Action]? {
    guard field.tunnelOption == nil, Subfield(field).header != nil else { return nil }
    var mask = numberMask & (Subfield(field).allOnes)
    var loads: [any Action] = []
    while mask != 0 {
      let first = mask.trailingZeroBitCount
      let bits = min((~(mask >> UInt128(first))).trailingZeroBitCount, 128 - first)
      let part = Subfield(field, offset: first, bits: bits)
      loads += RegLoad.segments(of: number >> UInt128(first) & part.allOnes, part)
      mask &= ~part.fieldMask
    }
    return loads
  }

  /// The actions that OpenFlow 1.0 and 1.1 have for single fields.
  private func legacyActions(_ version: OpenFlowVersion) -> [any Action]? {
    let port = UInt16(truncatingIfNeeded: number)
    switch field {
    case .vlanTCI where port & vlanPresent == 0: return [StripVLAN()]
    case .vlanTCI where version == .v10:
      return [SetVLANVID(port & 0xfff), SetVLANPCP(UInt8(port >> 13))]
    case .vlanTCI:
      return [
        PushVLAN(etherType: EtherType.vlan), SetVLANVID(port & 0xfff, pushes: false),
        SetVLANPCP(UInt8(port >> 13), pushes: false),
      ]
    case .vlanVID: return [SetVLANVID(port & 0xfff, pushes: version == .v10)]
    case .vlanPCP:
      return [SetVLANPCP(UInt8(truncatingIfNeeded: port), pushes: version == .v10)]
    case .ethSrc: return [SetEthSrc(EthernetAddress(UInt64(truncatingIfNeeded: number)))]
    case .ethDst: return [SetEthDst(EthernetAddress(UInt64(truncatingIfNeeded: number)))]
    case .ipv4Src: return [SetIPv4Src(UInt32(truncatingIfNeeded: number))]
    case .ipv4Dst: return [SetIPv4Dst(UInt32(truncatingIfNeeded: number))]
    case .nwTOS: return [SetIPTOS(UInt8(truncatingIfNeeded: number))]
    case .ipDSCP: return [SetIPTOS(UInt8(truncatingIfNeeded: number << 2))]
    case .ipECN where version == .v11: return [SetIPECN(UInt8(truncatingIfNeeded: number))]
    case .tcpSrc, .udpSrc: return [SetL4SrcPort(port)]
    case .tcpDst, .udpDst: return [SetL4DstPort(port)]
    default: return nil
    }
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) {
    let version = identity == Self.load ? 0 : context.version.rawValue
    guard let header = field.header(in: version) else { return }
    NXMHeader(header, hasMask: !isWhole, valueBytes: value.count).write(to: &writer)
    writer.append(value)
    if !isWhole { writer.append(mask) }
  }

  // MARK: Text

  public static let keywords = ["set_field"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    let (text, name) = try ActionText.splitArrow(argument)
    guard let field = MatchFieldCatalog.field(named: name), !field.hasWireName(name) else {
      throw FlowTextError("\(name) is not a valid OXM field name")
    }
    guard field.writable else { throw FlowTextError("\(name) is read-only") }
    if field.tunnelOption != nil { return [try option(field, text, context)] }
    let condition = try FieldText.parse(text, for: field, context)
    guard field.acceptsMatch(condition.value) else {
      throw FlowTextError("\(text) is not a valid value for field \(name)")
    }
    let isExact = condition.mask & field.allOnes == field.allOnes && !text.contains("/")
    return [SetField(field, condition.value, mask: isExact ? nil : condition.mask)]
  }

  private static func option(
    _ unmapped: MatchField, _ text: Substring, _ context: TextContext
  ) throws(FlowTextError) -> SetField {
    let field = unmapped.tunnelOption.flatMap { context.tunnelOptions?.field($0) } ?? unmapped
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    let numbers = try parts.map { part throws(FlowTextError) in
      guard let bytes = Number.bytes(part, count: field.bytes) else {
        throw FlowTextError("\(text): bad syntax for \(field.name) value")
      }
      return bytes
    }
    return SetField(field, value: numbers[0], mask: numbers.count > 1 ? numbers[1] : nil)
  }

  public func appendText(to text: inout String) {
    text += "set_field:"
    if field.tunnelOption != nil {
      text += Number.hex(value) + (isWhole ? "" : "/" + Number.hex(mask))
    } else {
      text += FieldText.format(field, number, mask: isWhole ? nil : numberMask)
    }
    text += "->" + field.name
  }

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    try packets.require(field)
    if field == .vlanTCI { packets.packets.set(.vlanTCI, number) }
  }
}

extension MatchField {
  /// Whether `name` is one of messages (`NXM_NX_REG0`) and not of texts (`reg0`).
  func hasWireName(_ name: Substring) -> Bool { headers.contains { $0.name == name } }
}
