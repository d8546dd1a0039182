import Fields

/// `nat(src=RANGE)` and `nat(dst=RANGE)`: within `ct`, rewrites the addresses of a connection; plain
/// `nat` does to the packet what was decided when its connection was committed. Text: `NATAction+Text`.
public struct NATAction: Action, Hashable {
  public var flags: Flags = []
  public var range = Range.none
  /// Ports, 0 for none. Only with an address.
  public var minPort: UInt16 = 0
  public var maxPort: UInt16 = 0

  public struct Flags: OptionSet, Hashable, Sendable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }
    public static let source = Flags(rawValue: 1)
    public static let destination = Flags(rawValue: 2)
    public static let persistent = Flags(rawValue: 4)
    public static let hash = Flags(rawValue: 8)
    public static let random = Flags(rawValue: 16)
    static let known: Flags = [.source, .destination, .persistent, .hash, .random]
  }

  /// Addresses; a maximum of 0 is none.
  public enum Range: Hashable, Sendable {
    case none
    case ipv4(min: UInt32, max: UInt32)
    case ipv6(min: UInt128, max: UInt128)
  }

  public init() {}

  /// Says which of the optional parameters follow.
  private enum Present {
    static let ipv4Min: UInt16 = 1 << 0
    static let ipv4Max: UInt16 = 1 << 1
    static let ipv6Min: UInt16 = 1 << 2
    static let ipv6Max: UInt16 = 1 << 3
    static let portMin: UInt16 = 1 << 4
    static let portMax: UInt16 = 1 << 5
  }

  public static let places = [ActionPlace(.nicira(36), .v10 ... .v15, lengths: 16...0xfff8)]

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    try reader.skip(2)
    var nat = NATAction()
    nat.flags = Flags(rawValue: try reader.u16())
    guard nat.flags.isSubset(of: .known), !nat.flags.isSuperset(of: [.source, .destination]),
      !nat.flags.isSuperset(of: [.hash, .random])
    else { throw .badActionArgument }
    let present = try reader.u16()
    do {
      try nat.readAddresses(present, from: &reader)
      try nat.readPorts(present, from: &reader)
    } catch {
      // Whatever is missing or in the wrong order.
      throw .badActionArgument
    }
    return nat
  }

  private mutating func readAddresses(
    _ present: UInt16, from reader: inout WireReader
  ) throws(OpenFlowError) {
    func has(_ bit: UInt16) -> Bool { present & bit != 0 }
    guard !has(Present.ipv4Max) || has(Present.ipv4Min),
      !has(Present.ipv6Max) || has(Present.ipv6Min),
      !has(Present.ipv4Min) || !has(Present.ipv6Min)
    else { throw .badActionArgument }
    if has(Present.ipv4Min) {
      let min = try reader.u32()
      let max = has(Present.ipv4Max) ? try reader.u32() : 0
      guard min != 0, !has(Present.ipv4Max) || max >= min else { throw .badActionArgument }
      range = .ipv4(min: min, max: max)
    } else if has(Present.ipv6Min) {
      let min = try reader.integer(16)
      let max = has(Present.ipv6Max) ? try reader.integer(16) : 0
      guard min != 0, !has(Present.ipv6Max) || max >= min else { throw .badActionArgument }
      range = .ipv6(min: min, max: max)
    }
  }

  private mutating func readPorts(
    _ present: UInt16, from reader: inout WireReader
  ) throws(OpenFlowError) {
    guard present & Present.portMin != 0 else {
      if present & Present.portMax != 0 { throw .badActionArgument }
      return
    }
    guard range != .none else { throw .badActionArgument }
    minPort = try reader.u16()
    guard minPort != 0 else { throw .badActionArgument }
    guard present & Present.portMax != 0 else { return }
    maxPort = try reader.u16()
    guard maxPort >= minPort else { throw .badActionArgument }
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) {
    writer.zeros(2)
    writer.u16(flags.rawValue)
    let place = writer.count
    writer.u16(0)
    var present: UInt16 = 0
    switch range {
    case .none: break
    case .ipv4(let min, let max):
      writer.u32(min)
      present |= Present.ipv4Min
      if max != 0 {
        writer.u32(max)
        present |= Present.ipv4Max
      }
    case .ipv6(let min, let max):
      writer.integer(min, 16)
      present |= Present.ipv6Min
      if max != 0 {
        writer.integer(max, 16)
        present |= Present.ipv6Max
      }
    }
    if range != .none, minPort != 0 {
      writer.u16(minPort)
      present |= Present.portMin
      if maxPort != 0 {
        writer.u16(maxPort)
        present |= Present.portMax
      }
    }
    writer.patch16(at: place, Int(present))
  }

  public static let keywords = ["nat"]

  /// The packets must be of the addresses' kind.
  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    let type = packets.packets.key.ethType
    let fits =
      switch range {
      case .none: type == EtherType.ipv4 || type == EtherType.ipv6
      case .ipv4: type == EtherType.ipv4
      case .ipv6: type == EtherType.ipv6
      }
    guard fits else { throw .matchInconsistent }
  }
}
