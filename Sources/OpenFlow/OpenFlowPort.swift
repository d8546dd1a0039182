/// Port numbers of OpenFlow 1.0: 16 bits, the numbers from 0xff00 up are reserved. Later versions
/// write the same ports with 32 bits; inside the switch they always have these numbers.
///
/// Names are those of flow text (ovs-ofctl(8)): printed in upper case, read in any case.
public enum OpenFlowPort {
  /// The first number that no real port can have.
  public static let max: UInt16 = 0xff00
  /// "No port given": internal use of OVS, readable in its texts as UNSET.
  public static let unset: UInt16 = 0xfff7
  public static let inPort: UInt16 = 0xfff8
  public static let table: UInt16 = 0xfff9
  public static let normal: UInt16 = 0xfffa
  public static let flood: UInt16 = 0xfffb
  public static let all: UInt16 = 0xfffc
  public static let controller: UInt16 = 0xfffd
  public static let local: UInt16 = 0xfffe
  /// Also called ANY.
  public static let none: UInt16 = 0xffff

  private static let names: [(name: String, port: UInt16)] = [
    ("IN_PORT", inPort), ("TABLE", table), ("NORMAL", normal), ("FLOOD", flood), ("ALL", all),
    ("CONTROLLER", controller), ("LOCAL", local), ("ANY", none), ("NONE", none), ("UNSET", unset),
  ]

  /// The reserved name of `port`, nil for a port that has only a number.
  public static func name(of port: UInt16) -> String? {
    port < max ? nil : names.first { $0.port == port }?.name
  }

  /// `port` as flow text writes it: a reserved name or the number.
  public static func text(_ port: UInt16) -> String { name(of: port) ?? String(port) }

  /// Reads a number or a reserved name in any case; nil for anything else and for the reserved
  /// numbers that have no name.
  public static func parse(_ text: some StringProtocol) -> UInt16? {
    if let number = Number.parse(text, max: 0xffff_ffff) { return from32(UInt32(number)) }
    let upper = text.uppercased()
    return names.first { $0.name == upper }?.port
  }

  /// The 16-bit number of a port written with 32 bits; nil when it has none.
  public static func from32(_ port: UInt32) -> UInt16? {
    if port < UInt32(max) { return UInt16(port) }
    if port >= 0xffff_ff00 { return UInt16(port & 0xffff) }
    // Old software writes the 16-bit reserved numbers.
    return port <= 0xffff && port >= UInt32(unset) ? UInt16(port) : nil
  }

  /// The 32-bit number of a port.
  public static func to32(_ port: UInt16) -> UInt32 {
    port < max ? UInt32(port) : UInt32(port) | 0xffff_0000
  }
}
