import TestSupport
import XCTest

@testable import Bench

/// Frames as a receiver reads them: every header right, every checksum right, every flow its own.
final class FrameTests: XCTestCase {
  func testEveryKindOfFrameIsRight() {
    var random = SplitMix(seed: 1)
    for ip in Traffic.IP.allCases {
      for transport in Traffic.Transport.allCases {
        for vlans in [[], [5], [100, 4095]] as [[UInt16]] {
          for size in [64, 65, 66, 127, 128, 594, 1518, 9600] {
            var traffic = Traffic()
            (traffic.ip, traffic.transport, traffic.vlans) = (ip, transport, vlans)
            (traffic.sizes, traffic.flows) = ([size], Traffic.maxFlows)
            check(traffic, &random)
          }
        }
      }
    }
  }

  private func check(_ traffic: Traffic, _ random: inout SplitMix) {
    let templates = FrameTemplates(traffic)
    defer { templates.destroy() }
    for _ in 0..<20 {
      let flow = UInt32.random(in: 0..<UInt32(traffic.flows), using: &random)
      let sequence = UInt32(truncatingIfNeeded: random.next())
      let time = UInt32(truncatingIfNeeded: random.next())
      let frame = write(templates, flow, stream: 0xa700_0000 | flow, sequence, time)
      XCTAssertEqual(frame.count, max(traffic.sizes[0], traffic.leastSize) - 4)
      let read = ReadFrame(frame)
      XCTAssertEqual(read.problem, nil, "\(traffic)")
      XCTAssertEqual(read.vlans, traffic.vlans)
      XCTAssertEqual(read.isIPv6, traffic.ip == .v6 || traffic.ip == .mix && flow & 1 == 1)
      let tcpBit: UInt32 = traffic.ip == .mix ? 2 : 1
      XCTAssertEqual(
        read.isTCP, traffic.transport == .tcp || traffic.transport == .mix && flow & tcpBit != 0)
      XCTAssertEqual(read.source, traffic.source + flow >> 16)
      XCTAssertEqual(read.destination, traffic.destination + flow & 0xffff)
      let tail = Signature.offset(inFrameOf: frame.count)
      XCTAssertEqual(word(frame, tail + 2), 0xa700_0000 | flow)
      XCTAssertEqual(word(frame, tail + 6), sequence)
      XCTAssertEqual(word(frame, tail + 10), time)
    }
  }

  func testFlowsAreDistinctAndPorts() {
    var seen = Set<UInt64>()
    for flow in stride(from: UInt32(0), to: 1 << 24, by: 97) {
      let fields = FlowFields(flow: flow, source: 0x0a00_0000, destination: 0xffff_fff0)
      XCTAssertTrue(
        seen.insert(UInt64(fields.source) << 32 | UInt64(fields.destination)).inserted)
      XCTAssertGreaterThanOrEqual(UInt32(bigEndian: fields.ports) >> 16, 1024)
    }
  }

  func testIMIXIsSevenFourOne() {
    let counts = Dictionary(grouping: Traffic.imix, by: { $0 }).mapValues(\.count)
    XCTAssertEqual(counts, [64: 7, 594: 4, 1518: 1])
  }

  func testUsualFramesFitTheSmallestSize() {
    var traffic = Traffic()
    XCTAssertEqual(traffic.leastSize, 64)
    traffic.vlans = [5]
    XCTAssertEqual(traffic.leastSize, 64)
    (traffic.ip, traffic.transport) = (.mix, .mix)
    XCTAssertEqual(traffic.leastSize, 96)
  }

  private func write(
    _ templates: FrameTemplates, _ flow: UInt32, stream: UInt32, _ sequence: UInt32, _ time: UInt32
  ) -> [UInt8] {
    let template = templates.template(flow: flow, size: 0)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 16384, alignment: 64)
    defer { buffer.deallocate() }
    buffer.initializeMemory(as: UInt8.self, repeating: 0xee)
    template.pointee.write(
      to: buffer.baseAddress!,
      FlowFields(flow: flow, source: templates.source, destination: templates.destination),
      stream: stream, sequence: sequence, time: time)
    return Array(buffer.prefix(template.pointee.length))
  }

  private func word(_ frame: [UInt8], _ offset: Int) -> UInt32 {
    frame.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self) }
  }
}

/// A frame, read the slow and simple way.
private struct ReadFrame {
  var vlans: [UInt16] = []
  var isIPv6 = false
  var isTCP = false
  var source: UInt32 = 0
  var destination: UInt32 = 0
  var problem: String?

  init(_ frame: [UInt8]) {
    func word(_ at: Int) -> UInt16 { UInt16(frame[at]) << 8 | UInt16(frame[at + 1]) }
    func double(_ at: Int) -> UInt32 { UInt32(word(at)) << 16 | UInt32(word(at + 2)) }
    var at = 12
    while word(at) == 0x8100 || word(at) == 0x88a8 {
      vlans.append(word(at + 2))
      at += 4
    }
    isIPv6 = word(at) == 0x86dd
    at += 2
    let transport = at + (isIPv6 ? 40 : 20)
    let length = Int(word(at + (isIPv6 ? 4 : 2))) + (isIPv6 ? 40 : 0)
    if at + length != frame.count { problem = "length \(length) at \(at)" }
    isTCP = frame[at + (isIPv6 ? 6 : 9)] == 6
    source = double(at + (isIPv6 ? 20 : 12))
    destination = double(at + (isIPv6 ? 36 : 16))
    if !isIPv6, ReadFrame.sum(frame[at..<transport]) != 0xffff { problem = "IPv4 checksum" }
    if !isTCP, Int(word(transport + 4)) != frame.count - transport { problem = "UDP length" }
    let addresses = frame[(at + (isIPv6 ? 8 : 12))..<transport]
    let size = frame.count - transport
    let pseudo = Array(addresses) + [0, isTCP ? 6 : 17, UInt8(size >> 8), UInt8(size & 255)]
    if ReadFrame.sum((pseudo + frame[transport...])[...]) != 0xffff { problem = "checksum" }
  }

  private static func sum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var sum: UInt32 = 0
    for (i, byte) in bytes.enumerated() { sum += UInt32(byte) << (i % 2 == 0 ? 8 : 0) }
    while sum > 0xffff { sum = sum & 0xffff + sum >> 16 }
    return sum
  }
}
