/// Versions of the protocol, with their numbers on the wire.
// The underscore stands for the version's dot.
// swift-format-ignore: AlwaysUseLowerCamelCase
public enum OpenFlowVersion: UInt8, Comparable, Sendable, CaseIterable {
  case v1_0 = 1
  case v1_1, v1_2, v1_3, v1_4, v1_5

  public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

extension ClosedRange<OpenFlowVersion> {
  /// The versions that the switch speaks. A message, field or action says in its own file in which of
  /// them it stands where; a later version is offered when all of them do.
  public static let supported = OpenFlowVersion.v1_0...OpenFlowVersion.v1_0
}
