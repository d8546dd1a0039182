/// Cuts a stream of bytes into JSON texts. JSON-RPC puts one object after the other with nothing, or
/// any white space, between; where one ends is known only by counting brackets outside of strings.
///
/// Bytes may come in any pieces. After an error the stream is useless, since nobody knows where the
/// next text would begin.
public struct JSONStream {
  /// A text that is longer than this is refused.
  public static let maximumLength = 256 << 20

  private var text: [UInt8] = []
  /// Open brackets, or 0 between texts.
  private var depth = 0
  private var inString = false
  private var escaped = false

  public init() {}

  /// Takes bytes in and returns the texts that they complete. Throws `JSONError`.
  public mutating func feed(_ bytes: some Sequence<UInt8>) throws -> [JSON] {
    var complete: [JSON] = []
    for byte in bytes {
      if depth == 0, byte == 0x20 || (0x09...0x0d).contains(byte) { continue }
      text.append(byte)
      advance(byte)
      if depth == 0 {
        // Also reached by a first byte that opens nothing: the parser then says what is wrong.
        defer { text.removeAll(keepingCapacity: text.count < 1 << 16) }
        complete.append(try JSON(parsing: text))
      }
    }
    try check()
    return complete
  }

  /// Whether there is an unfinished text.
  public var isInside: Bool { depth > 0 }

  private mutating func advance(_ byte: UInt8) {
    if escaped {
      escaped = false
    } else if inString {
      if byte == .backslash { escaped = true }
      if byte == .quote { inString = false }
    } else {
      switch byte {
      case .quote: inString = depth > 0
      case .openBrace, .openBracket: depth += 1
      case .closeBrace, .closeBracket: depth = max(0, depth - 1)
      default: break
      }
    }
  }

  private func check() throws {
    let reason: String
    if depth > JSON.maximumDepth {
      reason = "input exceeds maximum nesting depth \(JSON.maximumDepth)"
    } else if text.count > Self.maximumLength {
      reason = "input exceeds maximum length"
    } else {
      return
    }
    throw JSONError(line: 1, column: text.count, byte: text.count, reason: reason)
  }
}
