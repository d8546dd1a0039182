/// Which of the specification's actions the switch performs, as the bits that descriptions of tables
/// have. Actions that a version keeps only for old controllers are not told.
enum StandardActions {
  static func bits(in version: OpenFlowVersion) -> UInt32 {
    switch version {
    case .v10: 0x0000_0fff
    case .v11: 0x01ff_e7ff
    default: 0x03ff_8001
    }
  }

  static func types(in version: OpenFlowVersion) -> [UInt16] {
    (0..<32).filter { bits(in: version) & 1 << UInt32($0) != 0 }
  }
}
