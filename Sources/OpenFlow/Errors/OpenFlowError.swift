/// An error that a switch answers with: type and code are those of OpenFlow 1.0. Extension errors
/// carry Nicira's own numbers and go in a vendor error message (`isNicira`).
///
/// The named errors stand in `OpenFlowError+Names`, by type.
public struct OpenFlowError: Error, Hashable, Sendable, CustomStringConvertible {
  /// OpenFlow's name: `OFPBRC_BAD_LEN`.
  public let name: String
  public let type: UInt16
  public let code: UInt16
  public let isNicira: Bool

  init(_ name: String, _ type: UInt16, _ code: UInt16, isNicira: Bool = false) {
    self.name = name
    self.type = type
    self.code = code
    self.isNicira = isNicira
  }

  public var description: String { name }
}
