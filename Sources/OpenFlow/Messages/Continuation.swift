import Fields

/// What is left to do with a packet whose processing an action `controller(pause)` interrupted. It
/// goes to the controller in an NXT_PACKET_IN2 and comes back in an NXT_RESUME.
///
/// For everybody but the switch the content is opaque; it is written as OVS writes it, because
/// `ovs-ofctl monitor` prints it.
public struct Continuation: Sendable {
  /// Actions of one flow, in the order of execution; the first group's come first.
  public struct Group: Sendable {
    /// The table and the cookie of the flow, for packet-ins that the actions send.
    public var table: UInt8
    public var cookie: UInt64
    public var actions: [any Action]

    public init(table: UInt8, cookie: UInt64, actions: [any Action]) {
      self.table = table
      self.cookie = cookie
      self.actions = actions
    }
  }

  /// The bridge's UUID: it is not the same after a restart, so that old continuations are refused.
  public var bridge: UInt128 = 0
  /// Values on the stack, the top first, with as many bytes as they were pushed with.
  public var stack: [[UInt8]] = []
  /// Mirrors that have got the packet.
  public var mirrors: UInt32 = 0
  public var isConntracked = false
  public var groups: [Group] = []
  public var actionSet: [any Action] = []
  /// The port in the datapath that the packet came in on.
  public var datapathPort: UInt32 = 0

  public init() {}

  private static let bridgeType: UInt16 = 0x8000, stackType: UInt16 = 0x8001
  private static let mirrorsType: UInt16 = 0x8002, conntrackedType: UInt16 = 0x8003
  private static let tableType: UInt16 = 0x8004, cookieType: UInt16 = 0x8005
  private static let actionsType: UInt16 = 0x8006, actionSetType: UInt16 = 0x8007
  private static let portType: UInt16 = 0x8008
  /// A value on the stack is at most so long.
  private static let maxStackValue = 128

  init(from reader: inout WireReader, _ context: WireContext) throws(OpenFlowError) {
    var table: UInt8 = 0
    var cookie: UInt64 = 0
    while !reader.isAtEnd {
      let property = try Property(from: &reader)
      switch property.type {
      case Self.bridgeType: bridge = try property.u128()
      case Self.stackType:
        guard property.bytes.count <= Self.maxStackValue else { throw .badPropertyLength }
        stack.append(property.bytes)
      case Self.mirrorsType: mirrors = try property.u32()
      case Self.conntrackedType: isConntracked = true
      case Self.tableType: table = try property.u8()
      case Self.cookieType: cookie = try property.u64()
      case Self.actionsType:
        groups.append(
          Group(table: table, cookie: cookie, actions: try Self.readActions(property, context)))
      case Self.actionSetType: actionSet += try Self.readActions(property, context)
      case Self.portType: datapathPort = try property.u32()
      default: throw property.unknown
      }
    }
  }

  private static func readActions(
    _ property: Property, _ context: WireContext
  ) throws(OpenFlowError) -> [any Action] {
    var nested = try property.nested()
    return try ActionCodec.read(length: nested.remaining, from: &nested, context)
  }

  func write(to writer: inout WireWriter, _ context: WireContext) {
    if bridge != 0 { writer.property(Self.bridgeType) { $0.integer(bridge, 16) } }
    for value in stack { writer.property(Self.stackType) { $0.append(value) } }
    if mirrors != 0 { writer.property(Self.mirrorsType) { $0.u32(mirrors) } }
    if isConntracked { writer.property(Self.conntrackedType) { _ in } }
    var table: UInt8 = 0
    var cookie: UInt64 = 0
    for group in groups {
      if group.table != table { writer.property(Self.tableType) { $0.u8(group.table) } }
      if group.cookie != cookie { writer.property64(Self.cookieType, group.cookie) }
      (table, cookie) = (group.table, group.cookie)
      write(Self.actionsType, group.actions, to: &writer, context)
    }
    write(Self.actionSetType, actionSet, to: &writer, context)
    if datapathPort != 0 { writer.property(Self.portType) { $0.u32(datapathPort) } }
  }

  private func write(
    _ type: UInt16, _ actions: [any Action], to writer: inout WireWriter, _ context: WireContext
  ) {
    guard !actions.isEmpty else { return }
    writer.propertyNested(type) { ActionCodec.write(actions, to: &$0, context) }
  }
}
