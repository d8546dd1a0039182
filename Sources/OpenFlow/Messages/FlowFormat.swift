/// Chooses how flows are described from now on: OpenFlow 1.0's fixed match or NXM.
public struct SetFlowFormat: Message {
  public static let places = [MessagePlace(.nicira(12), .v10 ... .v10)]

  public let nxm: Bool

  public init(nxm: Bool) { self.nxm = nxm }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    switch try reader.u32() {
    case 0: nxm = false
    case 2: nxm = true
    default: throw .requestNotPermitted
    }
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) { writer.u32(nxm ? 2 : 0) }
}

/// Chooses whether the upper byte of a flow-mod's command is the table, from now on.
public struct FlowModTableID: Message {
  public static let places = [MessagePlace(.nicira(15), .v10 ... .v15)]

  public let enabled: Bool

  public init(enabled: Bool) { self.enabled = enabled }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    enabled = try reader.u8() != 0
    try reader.skip(7)
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    writer.u8(enabled ? 1 : 0)
    writer.zeros(7)
  }
}
