/// Versions of the protocol, 1.0 to 1.5, with their numbers on the wire.
public enum OpenFlowVersion: UInt8, Comparable, Sendable, CaseIterable {
  case v10 = 1
  case v11, v12, v13, v14, v15

  public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

extension ClosedRange<OpenFlowVersion> {
  /// The versions that the switch speaks. A message, field or action says in its own file in which of
  /// them it stands where.
  public static let supported = OpenFlowVersion.v10...OpenFlowVersion.v15
}

/// Versions by their numbers, as a hello's bitmap has them: also of versions that we do not know.
public struct VersionSet: OptionSet, Hashable, Sendable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public init(_ versions: some Sequence<OpenFlowVersion>) {
    self.init(rawValue: versions.reduce(0) { $0 | 1 << UInt32($1.rawValue) })
  }

  /// All that the switch speaks.
  public static let supported = VersionSet(
    OpenFlowVersion.allCases.filter { ClosedRange.supported.contains($0) })

  /// "This version and all before", as the header of a hello without a bitmap means it.
  public init(upTo number: UInt8) {
    self.init(rawValue: number < 32 ? (1 << UInt32(number) &- 1) << 1 : .max << 1)
  }

  /// The names that the column Bridge.protocols has: `OpenFlow13`.
  public init?(name: some StringProtocol) {
    guard name.hasPrefix("OpenFlow1"), let digit = name.dropFirst(9).first?.wholeNumberValue,
      name.utf8.count == 10, let version = OpenFlowVersion(rawValue: UInt8(digit + 1))
    else { return nil }
    self.init([version])
  }

  /// The greatest version's number, 0 when there is none.
  public var greatest: UInt8 {
    rawValue == 0 ? 0 : UInt8(31 - rawValue.leadingZeroBitCount)
  }

  /// Whether it is a version and all before it, which needs no bitmap to say.
  var isRun: Bool { VersionSet(upTo: greatest) == self }

  private var numbers: [UInt8] { (0..<32).filter { rawValue & 1 << UInt32($0) != 0 } }

  /// A version's number as logs write it.
  public static func text(_ number: UInt8) -> String {
    "0x" + (number < 16 ? "0" : "") + String(number, radix: 16)
  }

  /// `version 0x06 and earlier`.
  public var text: String {
    if isEmpty { return "no versions" }
    if numbers.count == 1 { return "version " + Self.text(greatest) }
    if isRun { return "version " + Self.text(greatest) + " and earlier" }
    return "versions " + numbers.map(Self.text).joined(separator: ", ")
  }
}
