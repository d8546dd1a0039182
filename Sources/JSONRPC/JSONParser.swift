import Glibc

/// Why a text is not JSON, and where.
public struct JSONError: Error, Equatable, CustomStringConvertible {
  public let line: Int
  public let column: Int
  public let byte: Int
  public let reason: String

  public var description: String { "line \(line), column \(column), byte \(byte): \(reason)" }
}

extension JSON {
  /// Deeper values are refused: parsing recurses.
  public static let maximumDepth = 1000

  /// Parses one complete text.
  public init(parsing text: String) throws {
    self = try JSON(parsing: Array(text.utf8))
  }

  /// Parses one complete text. Throws `JSONError`.
  public init(parsing bytes: [UInt8]) throws {
    self = try bytes.withUnsafeBufferPointer { buffer in
      var parser = JSONParser(bytes: buffer)
      return try parser.parseText()
    }
  }
}

/// Recursive descent over bytes in memory. Every read is behind `peek`, which checks the bound.
struct JSONParser {
  let bytes: UnsafeBufferPointer<UInt8>
  private var position = 0
  private var depth = 0

  init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  mutating func parseText() throws -> JSON {
    skipSpace()
    guard let first = peek else { throw error("empty input stream") }
    guard first == .openBrace || first == .openBracket else {
      throw error("syntax error at beginning of input")
    }
    let value = try parseValue()
    skipSpace()
    guard peek == nil else { throw error("trailing garbage at end of input") }
    return value
  }

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
      position += 1
    }
  }

  private mutating func parseValue() throws -> JSON {
    skipSpace()
    guard let byte = peek else { throw error("unexpected end of input") }
    switch byte {
    case .openBrace: return try nested { try $0.parseObject() }
    case .openBracket: return try nested { try $0.parseArray() }
    case .quote: return .string(try parseString())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
    case UInt8(ascii: "a")...UInt8(ascii: "z"): return try parseKeyword()
    default: throw error("syntax error expecting value")
    }
  }

  private mutating func nested(_ body: (inout JSONParser) throws -> JSON) throws -> JSON {
    guard depth < JSON.maximumDepth else {
      throw error("input exceeds maximum nesting depth \(JSON.maximumDepth)")
    }
    depth += 1
    defer { depth -= 1 }
    position += 1
    return try body(&self)
  }

  private mutating func parseObject() throws -> JSON {
    var members: [String: JSON] = [:]
    skipSpace()
    if take(.closeBrace) { return .object(members) }
    while true {
      skipSpace()
      guard peek == .quote else {
        throw error(ending("syntax error parsing object expecting string"))
      }
      let name = try parseString()
      skipSpace()
      guard take(.colon) else { throw error(ending("syntax error parsing object expecting ':'")) }
      members[name] = try parseValue()
      skipSpace()
      if take(.closeBrace) { return .object(members) }
      guard take(.comma) else { throw error(ending("syntax error expecting '}' or ','")) }
    }
  }

  private mutating func parseArray() throws -> JSON {
    var elements: [JSON] = []
    skipSpace()
    if take(.closeBracket) { return .array(elements) }
    while true {
      elements.append(try parseValue())
      skipSpace()
      if take(.closeBracket) { return .array(elements) }
      guard take(.comma) else { throw error(ending("syntax error expecting ']' or ','")) }
    }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    position += 1
    return true
  }

  /// The reason, unless the input has simply ended.
  private func ending(_ reason: String) -> String {
    peek == nil ? "unexpected end of input" : reason
  }

  private mutating func parseKeyword() throws -> JSON {
    let start = position
    while let byte = peek, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) { position += 1 }
    switch String(decoding: bytes[start..<position], as: UTF8.self) {
    case "null": return .null
    case "true": return .bool(true)
    case "false": return .bool(false)
    case let word: throw error("invalid keyword '\(word)'")
    }
  }

  // MARK: Numbers

  private mutating func parseNumber() throws -> JSON {
    let start = position
    _ = take(UInt8(ascii: "-"))
    let firstDigit = position
    guard digits() > 0 else { throw error("'-' must be followed by digit") }
    if bytes[firstDigit] == UInt8(ascii: "0"), position > firstDigit + 1 {
      throw error("leading zeros not allowed")
    }
    let isReal = try parseFraction()
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if !isReal, let integer = Int64(text) { return .integer(integer) }
    guard let real = Double(text), real.isFinite else { throw error("number outside valid range") }
    return simplified(real)
  }

  /// Whether there was a fraction or an exponent.
  private mutating func parseFraction() throws -> Bool {
    var found = false
    if take(UInt8(ascii: ".")) {
      found = true
      guard digits() > 0 else { throw error("decimal point must be followed by digit") }
    }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      found = true
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      guard digits() > 0 else { throw error("exponent must contain at least one digit") }
    }
    return found
  }

  /// A real without fraction that is exact as an integer is one, as in OVS (`1.0`, `1e3`).
  private func simplified(_ real: Double) -> JSON {
    if abs(real) < 9e15, let integer = Int64(exactly: real) { return .integer(integer) }
    return .real(real)
  }

  private mutating func digits() -> Int {
    let start = position
    while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    return position - start
  }

  // MARK: Strings

  private mutating func parseString() throws -> String {
    position += 1
    let start = position
    while let byte = peek {
      if byte == .quote {
        defer { position += 1 }
        return try decoded(bytes[start..<position])
      }
      if byte == .backslash { return try parseEscapedString(from: start) }
      if byte < 0x20 { throw error(formatControl(byte)) }
      position += 1
    }
    throw error("unexpected end of input in quoted string")
  }

  /// The slow way, from the first backslash on.
  private mutating func parseEscapedString(from start: Int) throws -> String {
    var text = Array(bytes[start..<position])
    while let byte = peek {
      position += 1
      switch byte {
      case .quote: return try decoded(text[...])
      case .backslash: try parseEscape(&text)
      case 0..<0x20: throw error(formatControl(byte))
      default: text.append(byte)
      }
    }
    throw error("unexpected end of input in quoted string")
  }

  private mutating func parseEscape(_ text: inout [UInt8]) throws {
    guard let byte = peek else { throw error("unexpected end of input in quoted string") }
    position += 1
    switch byte {
    case .quote, .backslash, UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0c)
    case UInt8(ascii: "n"): text.append(0x0a)
    case UInt8(ascii: "r"): text.append(0x0d)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"): text.append(contentsOf: Array(String(try parseUnicode()).utf8))
    default: throw error("bad escape \\\(Character(UnicodeScalar(byte)))")
    }
  }

  private mutating func parseUnicode() throws -> Character {
    let first = try fourHexDigits()
    var code = UInt32(first)
    if (0xd800..<0xdc00).contains(first) {
      guard take(.backslash), take(UInt8(ascii: "u")) else {
        throw error("malformed escaped surrogate pair")
      }
      let second = try fourHexDigits()
      guard (0xdc00..<0xe000).contains(second) else {
        throw error("second half of escaped surrogate pair is not trailing surrogate")
      }
      code = 0x10000 + (UInt32(first) - 0xd800) << 10 + (UInt32(second) - 0xdc00)
    }
    guard code != 0 else { throw error("null bytes not supported in quoted strings") }
    guard let scalar = UnicodeScalar(code) else { throw error("malformed escaped surrogate pair") }
    return Character(scalar)
  }

  private mutating func fourHexDigits() throws -> UInt16 {
    guard position + 4 <= bytes.count else { throw error("quoted string ends within \\u escape") }
    var value: UInt16 = 0
    for byte in bytes[position..<position + 4] {
      guard let digit = Character(UnicodeScalar(byte)).hexDigitValue, byte < 0x80 else {
        throw error("malformed \\u escape")
      }
      value = value << 4 | UInt16(digit)
    }
    position += 4
    return value
  }

  private func decoded(_ text: some Sequence<UInt8> & Collection) throws -> String {
    guard let string = String(validating: text, as: UTF8.self) else {
      throw error("invalid UTF-8 sequence in quoted string")
    }
    return string
  }

  private func formatControl(_ byte: UInt8) -> String {
    let hex = String(byte, radix: 16, uppercase: true)
    return
      "U+\(String(repeating: "0", count: 4 - hex.count))\(hex) must be escaped in quoted string"
  }

  private func error(_ reason: String) -> JSONError {
    let before = bytes[..<position]
    let lineStart = before.lastIndex(of: 0x0a).map { $0 + 1 } ?? 0
    return JSONError(
      line: 1 + before.count { $0 == 0x0a }, column: position - lineStart, byte: position,
      reason: reason)
  }
}

extension UInt8 {
  static let openBrace = UInt8(ascii: "{")
  static let closeBrace = UInt8(ascii: "}")
  static let openBracket = UInt8(ascii: "[")
  static let closeBracket = UInt8(ascii: "]")
  static let quote = UInt8(ascii: "\"")
  static let backslash = UInt8(ascii: "\\")
  static let colon = UInt8(ascii: ":")
  static let comma = UInt8(ascii: ",")
}
