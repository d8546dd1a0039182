import Glibc

/// One message on its way to a destination.
struct LogRecord {
  var module: String
  var level: LogLevel
  var text: String
  /// Counts the messages of the thread that logs.
  var number: UInt32
  /// Name of the thread that logs; empty on the main thread.
  var thread: String
  var wallMilliseconds: Int64
  var facility: Int32
}

/// Makes a line from a destination's pattern, e.g. `%D{%H:%M:%S}|%05N|%c%T|%p|%m`.
///
/// A conversion is `%`, an optional `-` (align left), `0` (fill with zeros), a minimal width, and one
/// letter; unknown letters stand for themselves.
func formatLogLine(_ pattern: String, _ record: LogRecord) -> String {
  var scanner = PatternScanner(bytes: Array(pattern.utf8))
  var line = ""
  while let piece = scanner.next() {
    switch piece {
    case .literal(let text): line += text
    case .field(let letter, let braces, let left, let fill, let width):
      let value = logField(letter, braces, record)
      let padding = String(repeating: fill, count: max(0, width - value.utf8.count))
      line += left ? value + padding : padding + value
    }
  }
  return line
}

private func logField(_ letter: Character, _ braces: String?, _ record: LogRecord) -> String {
  switch letter {
  case "A": return Program.name
  case "B":
    let facility = record.facility == 0 ? Int32(LOG_LOCAL0) : record.facility
    return String(facility + record.level.syslogPriority)
  case "c": return record.module
  case "d", "D":
    let format = braces ?? "%Y-%m-%d %H:%M:%S.###"
    return formatTime(format, milliseconds: record.wallMilliseconds, utc: letter == "D")
  case "E": return hostName()
  case "m":
    let kept = record.text.utf8.reversed().drop { $0 == UInt8(ascii: "\n") }.reversed()
    return String(decoding: Array(kept), as: UTF8.self)
  case "N": return String(record.number)
  case "n": return "\n"
  case "p": return record.level.name
  case "P": return String(getpid())
  case "r": return String(Clock.shared.monotonicMilliseconds - Clock.shared.startMilliseconds)
  case "t": return record.thread.isEmpty ? "main" : record.thread
  case "T": return record.thread.isEmpty ? "" : "(\(record.thread))"
  default: return String(letter)
  }
}

private func hostName() -> String {
  var name = utsname()
  guard uname(&name) == 0 else { return "localhost" }
  return withUnsafeBytes(of: &name.nodename) { bytes in
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
}

/// strftime, where every run of `#` becomes that many digits of the second's fraction.
func formatTime(_ format: String, milliseconds: Int64, utc: Bool) -> String {
  var seconds = time_t(milliseconds / 1000)
  var parts = tm()
  if utc { gmtime_r(&seconds, &parts) } else { localtime_r(&seconds, &parts) }
  var buffer = [CChar](repeating: 0, count: 256)
  let length = strftime(&buffer, buffer.count, format, &parts)
  let digits = Array(formatted("%03d", Int32(truncatingIfNeeded: milliseconds % 1000)).utf8)
  var run = 0
  let bytes = buffer[..<length].map { character -> UInt8 in
    let byte = UInt8(bitPattern: character)
    guard byte == UInt8(ascii: "#") else {
      run = 0
      return byte
    }
    defer { run += 1 }
    return run < digits.count ? digits[run] : UInt8(ascii: "0")
  }
  return String(decoding: bytes, as: UTF8.self)
}

/// Cuts a pattern into literal text and conversions.
private struct PatternScanner {
  enum Piece {
    case literal(String)
    case field(Character, braces: String?, left: Bool, fill: Character, width: Int)
  }

  let bytes: [UInt8]
  var position = 0

  mutating func next() -> Piece? {
    guard position < bytes.count else { return nil }
    if bytes[position] != UInt8(ascii: "%") {
      let rest = bytes[position...].prefix { $0 != UInt8(ascii: "%") }
      position = rest.endIndex
      return .literal(String(decoding: rest, as: UTF8.self))
    }
    position += 1
    let left = skip(UInt8(ascii: "-"))
    let zero = skip(UInt8(ascii: "0"))
    let width = number()
    guard position < bytes.count else { return nil }
    let letter = Character(UnicodeScalar(bytes[position]))
    position += 1
    let takesBraces = letter == "c" || letter == "d" || letter == "D"
    return .field(
      letter, braces: takesBraces ? braces() : nil, left: left, fill: zero ? "0" : " ", width: width
    )
  }

  private mutating func skip(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  /// A width, at most 255 so that a pattern cannot ask for absurd amounts of memory.
  private mutating func number() -> Int {
    var value = 0
    while position < bytes.count, case let digit = bytes[position] &- 48, digit < 10 {
      value = min(255, value * 10 + Int(digit))
      position += 1
    }
    return value
  }

  private mutating func braces() -> String? {
    guard skip(UInt8(ascii: "{")) else { return nil }
    let inner = bytes[position...].prefix { $0 != UInt8(ascii: "}") }
    position = min(bytes.count, inner.endIndex + 1)
    return String(decoding: inner, as: UTF8.self)
  }
}
