/// Lists of actions to and from bytes.
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
      guard try list.u32() == MessageIdentity.niciraVendor else { throw .badActionVendor }
      identity = .nicira(try list.u16())
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
      guard let identity = action.identity(in: context) else { continue }
      let start = writer.count
      switch identity {
      case .standard(let type):
        writer.u16(type)
        writer.u16(0)
      case .nicira(let subtype):
        writer.u16(vendorType)
        writer.u16(0)
        writer.u32(MessageIdentity.niciraVendor)
        writer.u16(subtype)
      }
      action.write(to: &writer, as: identity, context)
      writer.pad8(since: start)
      writer.patch16(at: start + 2, writer.count - start)
    }
  }
}
