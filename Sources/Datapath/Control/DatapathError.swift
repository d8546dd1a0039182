import Glibc

/// Why something of the datapath could not be built.
public struct DatapathError: Error, CustomStringConvertible {
  public let description: String
  public init(_ description: String) { self.description = description }

  /// From `errno`, right after the call that failed.
  static func system(_ what: String) -> DatapathError {
    DatapathError("\(what): \(String(cString: strerror(errno)))")
  }
}
