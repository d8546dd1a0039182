/// Lists of actions to and from bytes. Flows of OpenFlow 1.1 and later have instructions around them:
/// `InstructionCodec`.
///
/// An action is a type, a length (a multiple of eight) and a body; the type 0xffff is an extension's,
/// with a vendor and a subtype before the body.
public enum ActionCodec {
  private static let vendorType: UInt16 = 0xffff

  /// Reads exactly `length` bytes of actions.
  public static func read(
    length: Int, from reader: inout WireReader, _ context: WireContext
  ) throws(OpenFlowError) -> [any Action] {
    guard length % 8 == 0, length <= reader.remaining else { throw .badLength }
    let actions = try readList(length: length, from: &reader, context)
    try InstructionOrder.check(actions, context.version)
    return actions
  }

  /// Reads actions without asking whether they may stand together.
  static func readList(
    length: Int, from reader: inout WireReader, _ context: WireContext
  ) throws(OpenFlowError) -> [any Action] {
    var list = try reader.sub(length, tooShort: .badActionLength)
    var actions: [any Action] = []
    while !list.isAtEnd { actions.append(try readAction(from: &list, context)) }
    return actions
  }

  private static func readAction(
    from list: inout WireReader, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    let available = list.remaining
    let type = try list.u16()
    let length = Int(try list.u16())
    var identity = ActionIdentity.standard(type)
    if type == vendorType {
      let vendor = try list.u32()
      let isONF = vendor == MessageIdentity.onfVendor
      guard isONF || vendor == MessageIdentity.niciraVendor else { throw .badActionVendor }
      let subtype = try list.u16()
      identity = isONF ? .onf(subtype) : .nicira(subtype)
    }
    guard let known = ActionCatalog.type(identity, in: context.version) else {
      throw type == vendorType ? .badActionVendorType : .badActionType
    }
    guard length <= available, known.length.contains(length), length % 8 == 0 else {
      throw .badActionLength
    }
    var body = try list.sub(length - (available - list.remaining), tooShort: .badActionLength)
    return try known.type.read(from: &body, as: identity, context)
  }

  /// Writes `actions`; one that the version cannot express is left out.
  public static func write(
    _ actions: [any Action], to writer: inout WireWriter, _ context: WireContext
  ) {
    for action in actions {
      if let others = action.substitutes(in: context) {
        write(others, to: &writer, context)
      } else if let identity = action.identity(in: context) {
        write(action, as: identity, to: &writer, context)
      }
    }
  }

  private static func write(
    _ action: any Action, as identity: ActionIdentity, to writer: inout WireWriter,
    _ context: WireContext
  ) {
    let start = writer.count
    switch identity {
    case .standard(let type):
      writer.u16(type)
      writer.u16(0)
    case .nicira(let subtype): writeHeader(MessageIdentity.niciraVendor, subtype, to: &writer)
    case .onf(let subtype): writeHeader(MessageIdentity.onfVendor, subtype, to: &writer)
    }
    action.write(to: &writer, as: identity, context)
    writer.pad8(since: start)
    writer.patch16(at: start + 2, writer.count - start)
  }

  private static func writeHeader(
    _ vendor: UInt32, _ subtype: UInt16, to writer: inout WireWriter
  ) {
    writer.u16(vendorType)
    writer.u16(0)
    writer.u32(vendor)
    writer.u16(subtype)
  }
}
