/// Versions of the protocol, 1.0 to 1.5, with their numbers on the wire.
public enum OpenFlowVersion: UInt8, Comparable, Sendable, CaseIterable {
  case v10 = 1
  case v11, v12, v13, v14, v15

  public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

extension ClosedRange<OpenFlowVersion> {
  /// The versions that the switch speaks. A message, field or action says in its own file in which of
  /// them it stands where; a later version is offered when all of them do.
  public static let supported = OpenFlowVersion.v10...OpenFlowVersion.v10
}
