import TestSupport
import Testing

@testable import JSONRPC

@Suite struct JSONTests {
  @Test func valuesOfEveryKind() throws {
    let json = try JSON(
      parsing: #" {"a":[1,-2.5,1e3,null,true,false,"x\n\u00e4\ud83d\ude00/"],"b":{}} "#)
    #expect(json["a"] == [1, .real(-2.5), 1000, nil, true, false, "x\n\u{e4}\u{1F600}/"])
    #expect(json["b"] == [:])
    #expect(
      json.text == #"{"a":[1,-2.5,1000,null,true,false,"x\n"# + "\u{e4}\u{1F600}" + #"/"],"b":{}}"#)
  }

  @Test func integersKeepAllTheirBits() throws {
    #expect(
      try JSON(parsing: "[9223372036854775807,-9223372036854775808]") == [
        .integer(.max), .integer(.min),
      ])
    #expect(try JSON(parsing: "[9223372036854775808]") == [.real(0x1p63)])
    #expect(try JSON(parsing: "[1.5e300]") == [.real(1.5e300)])
  }

  @Test(arguments: [
    ("", "line 1, column 0, byte 0: empty input stream"),
    ("1", "line 1, column 0, byte 0: syntax error at beginning of input"),
    ("{", "line 1, column 1, byte 1: unexpected end of input"),
    ("[1 2]", "line 1, column 3, byte 3: syntax error expecting ']' or ','"),
    ("[01]", "line 1, column 3, byte 3: leading zeros not allowed"),
    ("[-]", "line 1, column 2, byte 2: '-' must be followed by digit"),
    ("[1.]", "line 1, column 3, byte 3: decimal point must be followed by digit"),
    ("[1e]", "line 1, column 3, byte 3: exponent must contain at least one digit"),
    ("[1e999]", "line 1, column 6, byte 6: number outside valid range"),
    ("[nul]", "line 1, column 4, byte 4: invalid keyword 'nul'"),
    ("{\n1}", "line 2, column 0, byte 2: syntax error parsing object expecting string"),
    (#"{"a" 1}"#, "line 1, column 5, byte 5: syntax error parsing object expecting ':'"),
    (#"{"a":1]"#, "line 1, column 6, byte 6: syntax error expecting '}' or ','"),
    ("[\"\n\"]", "line 1, column 2, byte 2: U+000A must be escaped in quoted string"),
    (#"["\x"]"#, #"line 1, column 4, byte 4: bad escape \x"#),
    (#"["\ud800"]"#, "line 1, column 8, byte 8: malformed escaped surrogate pair"),
    (#"["\u0000"]"#, "line 1, column 8, byte 8: null bytes not supported in quoted strings"),
    ("[] []", "line 1, column 3, byte 3: trailing garbage at end of input"),
  ])
  func errorsSayWhatAndWhere(_ text: String, _ expected: String) {
    #expect(throws: JSONError.self) { try JSON(parsing: text) }
    do { _ = try JSON(parsing: text) } catch { #expect("\(error)" == expected) }
  }

  @Test func depthIsBounded() throws {
    let deep = String(repeating: "[", count: 1000) + String(repeating: "]", count: 1000)
    _ = try JSON(parsing: deep)
    #expect(throws: JSONError.self) { try JSON(parsing: "[" + deep + "]") }
    var stream = JSONStream()
    #expect(throws: JSONError.self) { try stream.feed([UInt8](repeating: 0x5b, count: 100_000)) }
  }

  @Test func streamsAreCutWherever() throws {
    let texts: [JSON] = [["a": "}{\\\""], [1, [2, "]"]], [:], ["x": ["y": "\u{1F600}"]]]
    let bytes = texts.flatMap { $0.bytes } + Array(" \n".utf8) + texts[0].bytes
    var random = SplitMix(seed: 1)
    for _ in 0..<200 {
      var stream = JSONStream()
      var seen: [JSON] = []
      var rest = bytes[...]
      while !rest.isEmpty {
        let piece = rest.prefix(Int(random.next() % 7) + 1)
        rest = rest.dropFirst(piece.count)
        seen += try stream.feed(piece)
      }
      #expect(seen == texts + [texts[0]])
      #expect(!stream.isInside)
    }
  }

  @Test func streamsRefuseWhatIsNoText() {
    for bad in ["x", "\"a\"", "]", "{]", "[}", "{\"a\":}"] {
      var stream = JSONStream()
      #expect(throws: JSONError.self) { try stream.feed(Array(bad.utf8)) }
    }
  }
}
