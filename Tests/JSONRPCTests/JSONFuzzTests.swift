import TestSupport
import Testing

@testable import JSONRPC

/// Random values survive writing and parsing; random bytes never do worse than throw.
@Suite struct JSONFuzzTests {
  @Test func randomValuesSurvive() throws {
    var random = SplitMix(seed: 2)
    for _ in 0..<2000 {
      let value = JSON.array([randomValue(&random, depth: 4)])
      #expect(try JSON(parsing: value.bytes) == value)
    }
  }

  @Test func damagedTextsAreRefusedOrRead() throws {
    var random = SplitMix(seed: 3)
    var accepted = 0
    for _ in 0..<5000 {
      var bytes = JSON.array([randomValue(&random, depth: 3)]).bytes
      for _ in 0...random.next() % 3 { damage(&bytes, &random) }
      accepted += check(bytes) ? 1 : 0
    }
    #expect(accepted > 100)
  }

  @Test func noiseIsRefused() {
    var random = SplitMix(seed: 4)
    let alphabet = Array(#"{}[]",:\u0123e-+.tfn "#.utf8) + [0, 0x80, 0xff, 0x0a]
    for _ in 0..<5000 {
      let count = Int(random.next() % 40)
      _ = check((0..<count).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))] })
    }
  }

  /// Inputs that once did harm, or might.
  @Test(arguments: [
    "[\"\\", "[\"\\u", "[\"\\u12", "[\"\\ud83d\\u", "{\"\":", "[1e+", "[-", "[\u{feff}]", "[[[[",
    "{\"a\":1,}",
    "[\"\\ud83d\\ud83d\"]", "[1e-400]", "[-0]", "[-0.0]", "[123456789012345678901234567890]",
    "{\"a\":1,\"a\":2}",
  ])
  func corpus(_ text: String) { _ = check(Array(text.utf8)) }

  /// Whether the bytes are JSON. What parses must write and parse again to the same, and the stream
  /// must come to the same verdict.
  private func check(_ bytes: [UInt8]) -> Bool {
    var stream = JSONStream()
    let streamed = try? stream.feed(bytes)
    if let json = try? JSONRPCMessage(.object(["method": .array(streamed ?? [])])) {
      Issue.record("method cannot be an array: \(json)")
    }
    guard let value = try? JSON(parsing: bytes) else { return false }
    #expect((try? JSON(parsing: value.bytes)) == value)
    #expect(streamed == [value])
    return true
  }

  private func damage(_ bytes: inout [UInt8], _ random: inout SplitMix) {
    guard !bytes.isEmpty else { return }
    let index = Int(random.next() % UInt64(bytes.count))
    switch random.next() % 4 {
    case 0: bytes.remove(at: index)
    case 1: bytes[index] = UInt8(truncatingIfNeeded: random.next())
    case 2: bytes.insert(bytes[Int(random.next() % UInt64(bytes.count))], at: index)
    default: bytes.removeSubrange(index...)
    }
  }

  private func randomValue(_ random: inout SplitMix, depth: Int) -> JSON {
    switch random.next() % (depth > 0 ? 8 : 6) {
    case 0: return .null
    case 1: return .bool(random.next() % 2 == 0)
    case 2: return .integer(Int64(bitPattern: random.next()))
    case 3: return .real(Double(Int64(bitPattern: random.next()) >> 40) + 0.5)
    case 4, 5: return .string(randomString(&random))
    case 6:
      return .array((0..<random.next() % 4).map { _ in randomValue(&random, depth: depth - 1) })
    default:
      var members: [String: JSON] = [:]
      for _ in 0..<random.next() % 4 {
        members[randomString(&random)] = randomValue(&random, depth: depth - 1)
      }
      return .object(members)
    }
  }

  private func randomString(_ random: inout SplitMix) -> String {
    let scalars = (0..<random.next() % 6).compactMap { _ in
      UnicodeScalar(UInt32(1 + random.next() % (random.next() % 4 == 0 ? 0x10ffff : 0x7e)))
    }
    return String(String.UnicodeScalarView(scalars))
  }
}
