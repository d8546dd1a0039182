/// An error that a switch answers with. It is known by its name; its numbers differ from version to
/// version, and a version that has none for it gets an extension's: Nicira's or the ONF's.
///
/// The errors stand in `OpenFlowError+...`, by what they are about, under the specification's (or the
/// extension's) headings.
public struct OpenFlowError: Error, Sendable, CustomStringConvertible {
  /// OpenFlow's name: `OFPBRC_BAD_LEN`.
  public let name: String
  let numbers: [Number]

  init(_ name: String, _ numbers: Number...) {
    self.name = name
    self.numbers = numbers
  }

  public var description: String { name }

  /// The numbers in `version`, nil when it cannot express the error.
  public func number(in version: OpenFlowVersion) -> Number? {
    numbers.first { $0.versions.contains(version) }
  }

  public static let all: [OpenFlowError] =
    aboutRequest + aboutAction + aboutFlow + aboutGroup + aboutPort + aboutTable
    + aboutController
}

extension OpenFlowError: Hashable {
  public static func == (a: Self, b: Self) -> Bool { a.name == b.name }
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension OpenFlowError {
  /// How some versions write an error.
  public struct Number: Hashable, Sendable {
    public let versions: ClosedRange<OpenFlowVersion>
    /// Whose extension it is; 0 for an error of the specification.
    public let vendor: UInt32
    /// From 1.2 on an extension's error has a type only.
    public let type: UInt16
    public let code: UInt16

    static func of(
      _ versions: ClosedRange<OpenFlowVersion>, _ type: UInt16, _ code: UInt16
    ) -> Number { Number(versions: versions, vendor: 0, type: type, code: code) }

    static func of(
      _ versions: PartialRangeFrom<OpenFlowVersion>, _ type: UInt16, _ code: UInt16
    ) -> Number { of(versions.lowerBound ... .v15, type, code) }

    static func nx(
      _ versions: ClosedRange<OpenFlowVersion>, _ type: UInt16, _ code: UInt16 = 0
    ) -> Number {
      Number(versions: versions, vendor: MessageIdentity.niciraVendor, type: type, code: code)
    }

    static func nx(_ versions: PartialRangeFrom<OpenFlowVersion>, _ type: UInt16) -> Number {
      nx(versions.lowerBound ... .v15, type)
    }

    static func onf(_ versions: ClosedRange<OpenFlowVersion>, _ type: UInt16) -> Number {
      Number(versions: versions, vendor: MessageIdentity.onfVendor, type: type, code: 0)
    }
  }

  private struct Key: Hashable {
    let version: OpenFlowVersion
    let vendor: UInt32
    let type: UInt16
    let code: UInt16
  }

  /// By number; where two errors share one in an old version, the first.
  private static let byNumber: [Key: OpenFlowError] = {
    var errors: [Key: OpenFlowError] = [:]
    for error in all {
      for number in error.numbers {
        for version in OpenFlowVersion.allCases where number.versions.contains(version) {
          let key = Key(
            version: version, vendor: number.vendor, type: number.type, code: number.code)
          errors[key] = errors[key] ?? error
        }
      }
    }
    return errors
  }()

  /// The error that `version` writes so; one without a name when there is none.
  static func find(
    _ version: OpenFlowVersion, vendor: UInt32, type: UInt16, code: UInt16
  ) -> OpenFlowError {
    byNumber[Key(version: version, vendor: vendor, type: type, code: code)]
      ?? OpenFlowError(
        "", Number(versions: version...version, vendor: vendor, type: type, code: code))
  }
}
