import Fields

extension TableFeatures {
  /// A property for rules in general has an even number, the one for table misses the next odd one.
  private enum Kind: UInt16 {
    case instructions = 0
    case instructionsMiss
    case nextTables, nextTablesMiss
    case writeActions, writeActionsMiss
    case applyActions, applyActionsMiss
    case match
    case wildcards = 10
    case writeSetField = 12
    case writeSetFieldMiss
    case applySetField, applySetFieldMiss

    static let required: Set<Kind> = [
      .instructions, .nextTables, .writeActions, .applyActions, .match, .wildcards,
      .writeSetField, .applySetField,
    ]
  }

  init(from reader: inout WireReader, _ context: WireContext) throws(OpenFlowError) {
    guard reader.remaining >= 64 else { throw .badPropertyLength }
    let length = Int(try reader.u16())
    guard length >= 64, length % 8 == 0, length - 2 <= reader.remaining else {
      throw .badPropertyLength
    }
    var entry = try reader.sub(length - 2, tooShort: .badPropertyLength)
    let number = try entry.u8()
    let commandNumber = try entry.u8()
    self.init(table: number, maxFlows: 0)
    if context.version >= .v15 {
      guard let command = Command(rawValue: commandNumber) else { throw .tableFeaturesBadCommand }
      self.command = command
    }
    guard table != FlowMod.anyTable else { throw .tableFeaturesBadTable }
    try entry.skip(4)
    name = try entry.text(32)
    metadataMatch = try entry.u64()
    metadataWrite = try entry.u64()
    let configuration = try entry.u32()
    if context.version >= .v14 { capabilities = configuration & 0x0c }
    maxFlows = try entry.u32()
    try readProperties(from: &entry, context)
  }

  private mutating func readProperties(
    from entry: inout WireReader, _ context: WireContext
  ) throws(OpenFlowError) {
    let isEmpty = entry.isAtEnd
    var seen: Set<Kind> = []
    var (general, miss) = (Rules(), Rules())
    while let property = try Property.next(from: &entry) {
      guard case .standard(let number) = property.kind, let kind = Kind(rawValue: number) else {
        throw property.unknown
      }
      guard seen.insert(kind).inserted else { throw .tableFeaturesBadFeatures }
      var body = property.reader
      switch kind {
      case .match: (matchFields, maskFields) = try Self.readFields(from: &body)
      case .wildcards: wildcardFields = try Self.readPlainFields(from: &body)
      default:
        if number % 2 == 0 {
          try general.read(number, from: &body)
        } else {
          try miss.read(number - 1, from: &body)
        }
      }
    }
    guard Kind.required.isSubset(of: seen) || (isEmpty && context.version >= .v15) else {
      throw .tableFeaturesBadFeatures
    }
    guard !isEmpty else { return }
    for kind in Kind.required where !seen.contains(Kind(rawValue: kind.rawValue + 1) ?? .match) {
      miss.take(kind.rawValue, from: general)
    }
    (rules, missRules) = (general, miss)
    // What may have any mask may be matched and left out; what cannot be matched is not left out.
    matchFields.formUnion(maskFields)
    wildcardFields.formUnion(maskFields)
    wildcardFields.formIntersection(matchFields)
  }

  fileprivate static func readFields(
    from body: inout WireReader
  ) throws(OpenFlowError) -> (exact: Set<MatchField>, masked: Set<MatchField>) {
    var (exact, masked): (Set<MatchField>, Set<MatchField>) = ([], [])
    while !body.isAtEnd {
      let header = try NXMHeader(from: &body)
      guard let field = header.field else { throw .badMatchField }
      if header.hasMask { masked.insert(field) } else { exact.insert(field) }
    }
    return (exact, masked)
  }

  fileprivate static func readPlainFields(
    from body: inout WireReader
  ) throws(OpenFlowError) -> Set<MatchField> {
    let (exact, masked) = try readFields(from: &body)
    guard masked.isEmpty else { throw .badMatchMask }
    return exact
  }

  func write(to writer: inout WireWriter, _ context: WireContext) {
    let start = writer.count
    writer.u16(0)
    writer.u8(table)
    writer.u8(context.version >= .v15 ? command.rawValue : 0)
    writer.zeros(4)
    writer.text(name, 32)
    writer.u64(metadataMatch)
    writer.u64(metadataWrite)
    writer.u32(context.version >= .v14 ? capabilities : 0)
    writer.u32(maxFlows)
    if let rules, let missRules {
      rules.write(to: &writer, 0, context)
      missRules.write(to: &writer, 1, context)
      writer.property(Kind.match.rawValue) {
        $0.fields(matchFields, masked: maskFields, context)
      }
      writer.property(Kind.wildcards.rawValue) {
        $0.fields(wildcardFields, masked: [], context)
      }
    }
    writer.patch16(at: start, writer.count - start)
  }
}

extension TableFeatures.Rules {
  /// Reads the property `number`, which is even.
  fileprivate mutating func read(
    _ number: UInt16, from body: inout WireReader
  ) throws(OpenFlowError) {
    switch number {
    case 0: instructions = try Self.readInstructions(from: &body)
    case 2:
      nextTables = Set(body.rest())
      guard !nextTables.contains(FlowMod.anyTable) else { throw .badPropertyValue }
    case 4: writeActions = try Self.readActions(from: &body)
    case 6: applyActions = try Self.readActions(from: &body)
    case 12: writeFields = try TableFeatures.readPlainFields(from: &body)
    default: applyFields = try TableFeatures.readPlainFields(from: &body)
    }
  }

  /// Takes over what the property `number` says from `other`.
  fileprivate mutating func take(_ number: UInt16, from other: Self) {
    switch number {
    case 0: instructions = other.instructions
    case 2: nextTables = other.nextTables
    case 4: writeActions = other.writeActions
    case 6: applyActions = other.applyActions
    case 12: writeFields = other.writeFields
    case 14: applyFields = other.applyFields
    default: return
    }
  }

  /// A list of headers of instructions or actions: types and lengths, without padding.
  private static func readTypes(from body: inout WireReader) throws(OpenFlowError) -> [UInt16] {
    var types: [UInt16] = []
    while !body.isAtEnd {
      guard body.remaining >= 4 else { throw .badPropertyLength }
      types.append(try body.u16())
      let length = Int(try body.u16())
      guard length >= 4, length - 4 <= body.remaining else { throw .badPropertyLength }
      try body.skip(length - 4)
    }
    return types
  }

  private static func readInstructions(
    from body: inout WireReader
  ) throws(OpenFlowError) -> Set<Instruction> {
    var instructions: Set<Instruction> = []
    for type in try readTypes(from: &body) {
      guard let instruction = Instruction(wireType: type) else { throw .unknownInstruction }
      instructions.insert(instruction)
    }
    return instructions
  }

  private static func readActions(from body: inout WireReader) throws(OpenFlowError) -> UInt32 {
    try readTypes(from: &body).reduce(0) { $1 < 32 ? $0 | 1 << UInt32($1) : $0 }
  }

  /// Writes the properties, each with `offset` added to its number.
  fileprivate func write(to writer: inout WireWriter, _ offset: UInt16, _ context: WireContext) {
    writer.property(0 + offset) { $0.types(instructions.map(\.wireType).sorted()) }
    writer.property(2 + offset) { $0.append(nextTables.sorted()) }
    writer.property(4 + offset) { $0.types(writeActions) }
    writer.property(12 + offset) { $0.fields(writeFields, masked: [], context) }
    writer.property(6 + offset) { $0.types(applyActions) }
    writer.property(14 + offset) { $0.fields(applyFields, masked: [], context) }
  }
}

extension WireWriter {
  fileprivate mutating func types(_ types: [UInt16]) {
    for type in types {
      u16(type)
      u16(4)
    }
  }

  fileprivate mutating func types(_ bits: UInt32) {
    types((0..<32).filter { bits & 1 << UInt32($0) != 0 })
  }

  /// Headers of `fields` in the catalog's order, with the mask bit where `masked` has the field.
  fileprivate mutating func fields(
    _ fields: Set<MatchField>, masked: Set<MatchField>, _ context: WireContext
  ) {
    for field in TableFeatures.matchable where fields.contains(field) {
      guard let header = field.header(in: context.version.rawValue) else { continue }
      NXMHeader(header, hasMask: masked.contains(field)).write(to: &self)
    }
  }
}

/// Asks what tables can do, and with entries asks for it to be changed.
public struct TableFeaturesRequest: Message {
  public static let places = [
    MessagePlace(.statsRequest(12), .v13 ... .v15, body: .atLeast(0, unit: 8))
  ]

  public let entries: [TableFeatures]

  public init(_ entries: [TableFeatures] = []) { self.entries = entries }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    var entries: [TableFeatures] = []
    while !reader.isAtEnd { entries.append(try TableFeatures(from: &reader, context)) }
    self.init(entries)
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) { for entry in entries { entry.write(to: &writer, context) } }
}

/// What tables can do.
public struct TableFeaturesReply: EntryReply {
  public static let places = [MessagePlace(.statsReply(12), .v13 ... .v15)]

  public let entries: [TableFeatures]

  public init(entries: [TableFeatures]) { self.entries = entries }

  public init(entries: [TableFeatures], as identity: MessageIdentity) {
    self.init(entries: entries)
  }

  public static func readEntry(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> TableFeatures { try TableFeatures(from: &reader, context) }

  public static func write(
    _ entry: TableFeatures, to writer: inout WireWriter, as identity: MessageIdentity,
    _ context: WireContext
  ) { entry.write(to: &writer, context) }
}
