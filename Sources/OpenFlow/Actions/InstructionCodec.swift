/// A flow's list of actions to and from what a version has for it: OpenFlow 1.0's list of actions, or
/// from 1.1 on a list of instructions, each a type, a length and a body.
public enum InstructionCodec {
  private static let experimenter: UInt16 = 0xffff

  /// Reads exactly `length` bytes.
  public static func read(
    length: Int, from reader: inout WireReader, _ context: WireContext
  ) throws(OpenFlowError) -> [any Action] {
    if context.version == .v10 {
      return try ActionCodec.read(length: length, from: &reader, context)
    }
    guard length % 8 == 0 else { throw .badInstructionLength }
    var list = try reader.sub(length, tooShort: .badInstructionLength)
    let bodies = try readHeaders(from: &list, context)
    var actions: [any Action] = []
    for instruction in Instruction.allCases {
      guard var body = bodies[instruction] else { continue }
      actions += try readBody(of: instruction, from: &body, context)
    }
    try InstructionOrder.check(actions, context.version)
    return actions
  }

  /// What each instruction has behind its header. They may come in any order, each once.
  private static func readHeaders(
    from list: inout WireReader, _ context: WireContext
  ) throws(OpenFlowError) -> [Instruction: WireReader] {
    var bodies: [Instruction: WireReader] = [:]
    while !list.isAtEnd {
      let type = try list.u16()
      let length = Int(try list.u16())
      guard length % 8 == 0, length >= 8, length - 4 <= list.remaining else {
        throw .badInstructionLength
      }
      guard type != experimenter else { throw .badInstructionExperimenter }
      guard let instruction = Instruction(wireType: type) else { throw .unknownInstruction }
      guard instruction.accepts(length: length) else { throw .badInstructionLength }
      guard instruction != .meter || context.version < .v15 else { throw .unknownInstruction }
      guard bodies[instruction] == nil else { throw .duplicateInstruction }
      bodies[instruction] = try list.sub(length - 4, tooShort: .badInstructionLength)
    }
    return bodies
  }

  private static func readBody(
    of instruction: Instruction, from body: inout WireReader, _ context: WireContext
  ) throws(OpenFlowError) -> [any Action] {
    switch instruction {
    case .meter: return [MeterAction(try body.u32())]
    case .clearActions: return [ClearActions()]
    case .gotoTable: return [GotoTable(try body.u8())]
    case .writeMetadata:
      try body.skip(4)
      return [WriteMetadata(try body.u64(), mask: try body.u64())]
    case .applyActions:
      try body.skip(4)
      return try ActionCodec.readList(length: body.remaining, from: &body, context)
    case .writeActions:
      try body.skip(4)
      return [try WriteActions(from: &body, context)]
    }
  }

  /// Writes `actions`; what the version cannot express is left out.
  public static func write(
    _ actions: [any Action], to writer: inout WireWriter, _ context: WireContext
  ) {
    if context.version == .v10 { return ActionCodec.write(actions, to: &writer, context) }
    var rest = actions[...]
    while let first = rest.first {
      let instruction = first.instruction(in: context.version)
      let run =
        instruction == .applyActions
        ? rest.prefix { $0.instruction(in: context.version) == .applyActions } : rest.prefix(1)
      rest = rest.dropFirst(run.count)
      let start = writer.count
      writer.u16(instruction.wireType)
      writer.u16(0)
      guard writeBody(of: instruction, Array(run), to: &writer, context) else {
        writer.truncate(to: start)
        continue
      }
      writer.patch16(at: start + 2, writer.count - start)
    }
  }

  /// False when there is nothing to say.
  private static func writeBody(
    of instruction: Instruction, _ actions: [any Action], to writer: inout WireWriter,
    _ context: WireContext
  ) -> Bool {
    if instruction == .applyActions {
      return writeList(actions, to: &writer, context)
    }
    switch actions.first {
    case let meter as MeterAction where Instruction.all(in: context.version).contains(.meter):
      writer.u32(meter.id)
    case is ClearActions: writer.zeros(4)
    case let goto as GotoTable:
      writer.u8(goto.table)
      writer.zeros(3)
    case let write as WriteMetadata:
      writer.zeros(4)
      writer.u64(write.value)
      writer.u64(write.mask)
    case let write as WriteActions: return writeList(write.actions, to: &writer, context)
    default: return false
    }
    return true
  }

  private static func writeList(
    _ actions: [any Action], to writer: inout WireWriter, _ context: WireContext
  ) -> Bool {
    writer.zeros(4)
    let start = writer.count
    ActionCodec.write(actions, to: &writer, context)
    return writer.count > start
  }
}

extension Instruction {
  /// Whether an instruction may be `length` bytes long.
  fileprivate func accepts(length: Int) -> Bool {
    switch self {
    case .meter, .clearActions, .gotoTable: length == 8
    case .writeMetadata: length == 24
    case .applyActions, .writeActions: true
    }
  }
}
