import TestSupport
import Testing

@testable import OpenFlow

/// Whatever bytes and texts come: an error or a value, never a crash, and a value that was read can be
/// written and read again. Bounded and seeded; inputs that once failed are kept in `Corpus`.
@Suite struct FuzzTests {
  private static let contexts: [WireContext] = {
    var tables = WireContext()
    tables.flowModTableID = true
    var nxm = tables
    nxm.nxm = true
    return [WireContext(), tables, nxm]
      + OpenFlowVersion.allCases.dropFirst().map { WireContext($0) }
  }()

  private func attempt(_ bytes: [UInt8]) {
    for context in Self.contexts {
      guard let decoded = try? MessageCodec.decode(bytes, context) else { continue }
      check(decoded.message, context)
    }
  }

  private func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private func check(_ message: any Message, _ context: WireContext) {
    // OpenFlow 1.0's own match cannot say everything.
    var context = context
    context.nxm = message is FlowMod
    guard let again = MessageCodec.encode(message, xid: 1, context) else { return }
    let second = try? MessageCodec.decode(again, context)
    #expect(second != nil, "\(message) \(hex(again))")
    guard let flow = second?.message as? FlowMod, let first = message as? FlowMod else { return }
    let text = ActionText.format(first.actions)
    // Loads of a tunnel's options are written as fields that are set.
    if text.contains("TUN_METADATA") { return }
    #expect(ActionText.format(flow.actions) == text)
  }

  @Test func mutatedMessages() {
    var random = SplitMix(seed: 1)
    let seeds =
      RecordedFlow.all.map(\.flowMod) + MessageTests.samples + VersionTests.samples.map(\.bytes)
    for round in 0..<8_000 {
      var bytes = seeds[round % seeds.count]
      for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&bytes, &random) }
      // A right length gets more of them past the header.
      if bytes.count >= 8 && Int.random(in: 0..<8, using: &random) != 0 {
        bytes[2] = UInt8(truncatingIfNeeded: bytes.count >> 8)
        bytes[3] = UInt8(truncatingIfNeeded: bytes.count)
      }
      attempt(bytes)
    }
  }

  private func mutate(_ bytes: inout [UInt8], _ random: inout SplitMix) {
    guard !bytes.isEmpty else { return }
    let at = Int.random(in: 0..<bytes.count, using: &random)
    let interesting: [UInt8] = [0, 1, 7, 8, 0x7f, 0x80, 0xff, 0xfe]
    switch Int.random(in: 0..<6, using: &random) {
    case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
    case 1: bytes[at] = interesting.randomElement(using: &random) ?? 0
    case 2: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 3: bytes.removeLast(bytes.count - at)
    case 4: bytes.insert(contentsOf: bytes[at...].prefix(8), at: at)
    default: bytes.removeSubrange(at..<min(bytes.count, at + 8))
    }
  }

  @Test func mutatedTexts() {
    var random = SplitMix(seed: 2)
    let pieces = Array("=,:/()[]->.0123456789abcdefxX|+-* \t\"'") + ["\u{0}", "ä", "\u{1F600}"]
    for round in 0..<3_000 {
      var text = Array(RecordedFlow.all[round % RecordedFlow.all.count].text)
      for _ in 0..<Int.random(in: 1...4, using: &random) where !text.isEmpty {
        let at = Int.random(in: 0..<text.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: text[at] = pieces.randomElement(using: &random) ?? "0"
        case 1: text.remove(at: at)
        case 2: text.insert(pieces.randomElement(using: &random) ?? "0", at: at)
        default: text.insert(contentsOf: text[at...].prefix(9), at: at)
        }
      }
      tryText(String(text))
    }
  }

  private func tryText(_ text: String) {
    guard let flow = try? FlowText.parse(text) else { return }
    let printed =
      MatchText.format(flow.match, priority: flow.priority)
      + ",actions=" + ActionText.format(flow.actions)
    let again = try? FlowText.parse(printed)
    #expect(again?.match == flow.match, "\(text) -> \(printed)")
  }

  @Test func corpus() {
    for name in ["messages.hex", "flows.txt"] {
      let lines = SourceTree.text("Tests/OpenFlowTests/Corpus/" + name).split(separator: "\n")
      #expect(!lines.isEmpty, "\(name)")
      for line in lines where !line.hasPrefix("#") {
        name.hasSuffix(".hex") ? attempt(bytes(hex: line)) : tryText(String(line))
      }
    }
  }
}
