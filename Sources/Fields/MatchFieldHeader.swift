/// The name of a match field in messages: class and number of its NXM or OXM header, without mask bit
/// and length. Class 0xffff is for experimenters, whose number follows the header.
public struct MatchFieldHeader: Hashable, Sendable {
  public let oxmClass: UInt16
  public let field: UInt8
  /// 0 for the standard classes.
  public let experimenter: UInt32
  /// Length of the value (without a mask); may be more than the field takes in a flow.
  public let bytes: Int
  /// What texts call it: `NXM_OF_IN_PORT`.
  public let name: String
  /// The first version of OpenFlow (its number on the wire) in which this name comes before the older
  /// ones; 0 for any.
  public let since: UInt8

  public init(
    _ oxmClass: UInt16, _ field: UInt8, experimenter: UInt32 = 0, bytes: Int, _ name: String,
    since: UInt8 = 0
  ) {
    self.oxmClass = oxmClass
    self.field = field
    self.experimenter = experimenter
    self.bytes = bytes
    self.name = name
    self.since = since
  }

  public static let experimenterClass: UInt16 = 0xffff
  public var isExperimenter: Bool { oxmClass == Self.experimenterClass }

  /// The fields of OpenFlow 1.0 (class 0x0000, `NXM_OF_...`).
  static func nxmOF(_ field: UInt8, bytes: Int, _ name: String) -> Self {
    Self(0x0000, field, bytes: bytes, "NXM_OF_" + name)
  }
  /// The fields that Nicira added (class 0x0001, `NXM_NX_...`).
  static func nxmNX(_ field: UInt8, bytes: Int, _ name: String) -> Self {
    Self(0x0001, field, bytes: bytes, "NXM_NX_" + name)
  }
  /// The fields of OpenFlow 1.2 and later (class 0x8000, `OXM_OF_...`).
  static func oxmOF(_ field: UInt8, bytes: Int, _ name: String, since: UInt8 = 3) -> Self {
    Self(0x8000, field, bytes: bytes, "OXM_OF_" + name, since: since)
  }
  /// The packet registers of OpenFlow 1.5 (class 0x8001).
  static func packetRegister(_ field: UInt8) -> Self {
    Self(0x8001, field, bytes: 8, "OXM_OF_PKT_REG\(field)", since: 4)
  }
  /// What OpenFlow 1.3 could have as an extension of the Open Networking Foundation.
  static func onfET(_ field: UInt8, bytes: Int, _ name: String) -> Self {
    Self(
      experimenterClass, field, experimenter: 0x4f4e_4600, bytes: bytes, "ONFOXM_ET_" + name,
      since: 4)
  }
  /// Extensions of Nicira's that have no number in class 0x0001.
  static func nxoxmET(_ field: UInt8, bytes: Int, _ name: String) -> Self {
    Self(experimenterClass, field, experimenter: 0x0000_2320, bytes: bytes, "NXOXM_ET_" + name)
  }
  /// The network service header.
  static func nxoxmNSH(_ field: UInt8, bytes: Int, _ name: String) -> Self {
    Self(experimenterClass, field, experimenter: 0x005a_d650, bytes: bytes, "NXOXM_NSH_" + name)
  }
  /// Extensions of Ericsson's.
  static func ericsson(_ field: UInt8, bytes: Int, _ name: String) -> Self {
    Self(0x1000, field, bytes: bytes, "ERICOXM_OF_" + name)
  }
}
