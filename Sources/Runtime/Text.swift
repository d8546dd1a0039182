import Glibc

/// printf-style formatting without Foundation. Numbers only: give strings through interpolation.
public func formatted(_ format: String, _ arguments: CVarArg...) -> String {
  withVaList(arguments) { list in
    var buffer = [CChar](repeating: 0, count: 512)
    let length = Int(vsnprintf(&buffer, buffer.count, format, list))
    let kept = min(max(length, 0), buffer.count - 1)
    return String(decoding: buffer[..<kept].map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

/// What the C library says about an errno value.
public func errorText(_ code: Int32 = errno) -> String {
  strerror(code).map { String(cString: $0) } ?? "error \(code)"
}

/// An error whose text is what the operator sees.
public struct TextError: Error, CustomStringConvertible, Equatable {
  public let text: String

  public init(_ text: String) { self.text = text }

  public var description: String { text }
}

extension String {
  /// The string, filled with spaces on the right up to `width` bytes.
  public func padded(_ width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - utf8.count))
  }

  /// The string, filled with spaces on the left up to `width` bytes.
  public func paddedLeft(_ width: Int) -> String {
    String(repeating: " ", count: max(0, width - utf8.count)) + self
  }

  /// Equality as strcasecmp sees it (ASCII letters only).
  public func equalsIgnoringCase(_ other: String) -> Bool { strcasecmp(self, other) == 0 }
}
