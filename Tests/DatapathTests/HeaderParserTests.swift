import Fields
import TestSupport
import Testing

@testable import Datapath

/// The headers that the flow key leaves out.
@Suite struct HeaderParserTests {
  private let ethernet: [UInt8] = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2]

  private func flow(_ rest: [UInt8]) -> Flow { HeaderParser.flow(ethernet + rest, inPort: 1) }

  @Test func labels() {
    let two = flow([0x88, 0x47, 0, 0, 0x10, 0x40, 0, 0, 0x21, 0x3f, 0x45])
    #expect(MatchField.mplsLabel.value(in: two) == 1)
    #expect(MatchField.mplsTTL.value(in: two) == 64)
    #expect(MatchField.mplsBOS.value(in: two) == 0)
    #expect(two.bytes(Flow.Offset.headers + HeaderFields.Offset.mplsLSE + 4, 4) == 0x213f)
    #expect(two.bytes(Flow.Offset.headers + HeaderFields.Offset.mplsLSE + 8, 4) == 0)
  }

  @Test func tags() {
    let tagged = flow([0x88, 0xa8, 0x20, 5, 0x81, 0, 0x40, 6, 8, 0])
    #expect(tagged.bytes(Flow.Offset.headers + HeaderFields.Offset.vlanTPID, 2) == 0x88a8)
    #expect(tagged.bytes(Flow.Offset.headers + HeaderFields.Offset.innerVLANTPID, 2) == 0x8100)
    #expect(tagged.bytes(Flow.Offset.headers + HeaderFields.Offset.innerVLANTCI, 2) == 0x5006)
  }

  @Test func serviceHeader() {
    let nsh: [UInt8] = [0x2f, 0xc6, 1, 3, 0, 0x12, 0x34, 0xff] + Array(1...16)
    let known = flow([0x89, 0x4f] + nsh)
    #expect(MatchField.nshFlags.value(in: known) == 2)
    #expect(MatchField.nshTTL.value(in: known) == 63)
    #expect(MatchField.nshNP.value(in: known) == 3)
    #expect(MatchField.nshSPI.value(in: known) == 0x1234)
    #expect(MatchField.nshSI.value(in: known) == 0xff)
    #expect(MatchField.nshContext[3].value(in: known) == 0x0d0e_0f10)
    #expect(flow([0x89, 0x4f] + nsh.dropLast()).headers.isZero)
  }

  private func solicitation(options: [UInt8]) -> Flow {
    let payload: [UInt8] =
      [135, 0, 0, 0, 0x80, 0, 0, 0] + [UInt8](repeating: 0xfe, count: 16) + options
    let ip: [UInt8] =
      [0x60, 1, 0x23, 0x45, 0, UInt8(payload.count), 58, 255]
      + [UInt8](repeating: 1, count: 32)
    return flow([0x86, 0xdd] + ip + payload)
  }

  @Test func discovery() {
    let one = solicitation(options: [1, 1, 2, 3, 4, 5, 6, 7])
    #expect(MatchField.ipv6Label.value(in: one) == 0x12345)
    #expect(MatchField.ndReserved.value(in: one) == 0x8000_0000)
    #expect(MatchField.ndTarget.value(in: one) >> 120 == 0xfe)
    #expect(MatchField.ndSLL.value(in: one) == 0x0203_0405_0607)
    #expect(MatchField.ndOptionsType.value(in: one) == 1)
    let twice = solicitation(options: [1, 1, 2, 3, 4, 5, 6, 7, 1, 1, 2, 3, 4, 5, 6, 8])
    #expect(MatchField.ndSLL.value(in: twice) == 0)
    #expect(MatchField.ndTarget.value(in: twice) == 0)
  }

  /// Any frame, cut off anywhere, has some fields.
  @Test func damagedFrames() {
    var random = SplitMix(seed: 8)
    let types: [[UInt8]] = [
      [0x86, 0xdd], [0x88, 0x47], [0x89, 0x4f], [0x81, 0, 0, 5, 0x86, 0xdd],
    ]
    for round in 0..<2000 {
      let length = Int(random.next() % 80)
      let rest = (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      let frame = ethernet + types[round % types.count] + rest
      _ = HeaderParser.flow(Array(frame.prefix(Int(random.next() % 100))), inPort: 1)
    }
  }
}
