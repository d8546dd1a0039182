import Fields
import TestSupport
import Testing

@testable import OpenFlow

@Suite struct PacketInTests {
  private static func context(_ recording: RecordedPacketIns.Recording) -> WireContext? {
    OpenFlowVersion(rawValue: recording.version).map { version in
      var context = WireContext(version)
      context.packetInFormat = PacketInFormat(rawValue: recording.format) ?? .standard
      return context
    }
  }

  @Test func recordedMessagesAreReadAndWritten() throws {
    for recording in RecordedPacketIns.all {
      let context = try #require(Self.context(recording))
      let recorded = bytes(hex: recording.hex)
      let decoded = try MessageCodec.decode(recorded, context)
      let message = try #require(decoded.message as? PacketIn)
      #expect(message.packet.count == 42 && message.totalLength == 42)
      #expect(message.reason == .action)
      #expect(message.metadata.value.key.inPort == 1)
      let hasMetadata = recording.format != 0 || context.version >= .v12
      #expect((MatchField.registers[3].value(in: message.metadata.value) == 5) == hasMetadata)
      #expect((MatchField.metadata.value(in: message.metadata.value) == 0x1234) == hasMetadata)
      let again = MessageCodec.encode(message, xid: 0, context)
      #expect(again.map(hexadecimal) == hexadecimal(recorded), "\(context)")
    }
  }

  private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  @Test func continuations() throws {
    let recording = try #require(
      RecordedPacketIns.all.last { $0.format == 2 && $0.version == 1 })
    let context = try #require(Self.context(recording))
    let message = try #require(
      try MessageCodec.decode(bytes(hex: recording.hex), context).message as? PacketIn)
    #expect(message.userdata == [7])
    let continuation = try #require(message.continuation)
    #expect(continuation.bridge == 0xc7f9_e86a_6b44_3254_59d9_0783_2384_5520)
    #expect(continuation.stack == [[0, 0, 0, 5]])
    #expect(continuation.groups.map(\.table) == [7, 0])
    #expect(continuation.groups.map(\.cookie) == [0x123, 0])
    #expect(
      continuation.groups.map { ActionText.format($0.actions) } == [
        "output:2,output:3", "output:2",
      ])
    #expect(continuation.datapathPort == 1)
    // What a controller sends back.
    let bytes = try #require(MessageCodec.encode(Resume(message), xid: 1, context))
    let resume = try #require(try MessageCodec.decode(bytes, context).message as? Resume)
    #expect(resume.packetIn.packet == message.packet)
    #expect(resume.packetIn.continuation?.groups.count == 2)
    #expect(resume.packetIn.userdata == [])
  }

  @Test func reasonsByVersion() {
    func encoded(_ reason: PacketInReason) -> [UInt8] {
      OpenFlowVersion.allCases.map { reason.encoded(in: $0) }
    }
    #expect(encoded(.noMatch) == [0, 0, 0, 0, 0, 0])
    #expect(encoded(.implicitMiss) == [0, 0, 0, 0, 0, 0])
    #expect(encoded(.explicitMiss) == [1, 1, 1, 0, 0, 0])
    #expect(encoded(.invalidTTL) == [2, 2, 2, 2, 2, 2])
    #expect(encoded(.packetOut) == [1, 1, 1, 1, 5, 5])
    // A flow may say anything.
    #expect(encoded(PacketInReason(rawValue: 200)) == [1, 1, 1, 1, 1, 1])
  }

  /// No message is longer than its length can say: what does not fit is left out.
  @Test func longPackets() throws {
    for recording in RecordedPacketIns.all {
      let context = try #require(Self.context(recording))
      var message = try #require(
        try MessageCodec.decode(bytes(hex: recording.hex), context).message as? PacketIn)
      message.packet = [UInt8](repeating: 3, count: 65_536)
      message.totalLength = 65_536
      let encoded = try #require(MessageCodec.encode(message, xid: 0, context))
      let decoded = try #require(try MessageCodec.decode(encoded, context).message as? PacketIn)
      #expect(decoded.packet.count > 64_000)
      if recording.format == 2 { #expect(decoded.totalLength == 65_536) }
    }
  }

  @Test func actionTexts() throws {
    let texts = [
      "controller": "CONTROLLER:65535", "controller:77": "CONTROLLER:77",
      "CONTROLLER:77": "CONTROLLER:77", "controller(max_len=77)": "CONTROLLER:77",
      "output:controller": "CONTROLLER:65535",
      "controller(reason=no_match,max_len=30,userdata=01.02.ff)":
        "controller(reason=no_match,max_len=30,userdata=01.02.ff)",
      "controller(reason=invalid_ttl)": "controller(reason=invalid_ttl)",
      "controller(id=5,pause)": "controller(id=5,pause)",
      "controller(meter_id=3)": "controller(meter_id=3)",
      "dec_ttl(3,0)": "dec_ttl(3,0)",
    ]
    for (text, want) in texts {
      let actions = try ActionText.parse(text)
      #expect(ActionText.format(actions) == want)
      var writer = WireWriter()
      let context = WireContext()
      ActionCodec.write(actions, to: &writer, context)
      var reader = WireReader(writer.bytes)
      let again = try ActionCodec.read(length: writer.count, from: &reader, context)
      #expect(ActionText.format(again) == want)
    }
    for (text, want) in [
      "controller(reason=foo)": "unknown reason \"foo\"",
      "controller(bar=1)": "unknown key \"bar\" parsing controller action",
      "controller(userdata=0)": "bad hex digit in `controller' action `userdata'",
    ] {
      #expect(throws: FlowTextError(want)) { try ActionText.parse(text) }
    }
  }

  /// Any bytes instead of some of a message's: an error or a message, which can be written again.
  @Test func fuzz() throws {
    var g = SplitMix(seed: 5)
    for recording in RecordedPacketIns.all {
      let context = try #require(Self.context(recording))
      let original = bytes(hex: recording.hex)
      for _ in 0..<300 {
        var mutated = original
        for _ in 0..<Int.random(in: 1...4, using: &g) {
          mutated[Int.random(in: 8..<mutated.count, using: &g)] = UInt8(
            truncatingIfNeeded: g.next())
        }
        mutated.removeLast(Int.random(in: 0..<8, using: &g))
        // Sometimes as what a controller would send back.
        if recording.format == 2, g.next() & 1 == 0 {
          mutated.replaceSubrange(12..<16, with: [0, 0, 0, 28])
        }
        mutated[2] = UInt8(mutated.count >> 8)
        mutated[3] = UInt8(mutated.count & 255)
        if let message = try? MessageCodec.decode(mutated, context).message {
          #expect(MessageCodec.encode(message, xid: 0, context) != nil)
        }
      }
    }
  }
}
