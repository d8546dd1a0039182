import CDPDKShim
import TestSupport
import Testing

@testable import Datapath

/// Long packets that are cut, against a model that builds the segments anew.
@Suite struct FrameSegmenterTests {
  /// A long packet, described; both what the kernel would hand over and what must come out are
  /// written from it.
  struct LongPacket {
    var isIPv6: Bool, isTCP: Bool
    var options: Int  // bytes of IPv4 options or IPv6 extension headers
    var tcpOptions: Int
    var payload: [UInt8]
    var size: Int
    var vlan: UInt16?
    var innerTag: UInt16?
    var identification: UInt16
    var sequence: UInt32
    var flags: UInt8
    var addresses: [UInt8]

    /// The frame with `bytes` as payload; `segment` nil is what the kernel hands over.
    func frame(_ bytes: [UInt8], segment: Int?, isLast: Bool) -> [UInt8] {
      var transport: [UInt8] = [0x12, 0x34, 0x56, 0x78]
      if isTCP {
        let s = sequence &+ UInt32(truncatingIfNeeded: (segment ?? 0) * size)
        var f = flags
        if segment != nil && !isLast { f &= ~0x09 }
        if (segment ?? 0) > 0 { f &= ~0x80 }
        transport +=
          big(s) + [1, 2, 3, 4] + [UInt8((20 + tcpOptions) / 4) << 4, f, 9, 9, 0, 0, 0, 0]
        transport += [UInt8](repeating: 1, count: tcpOptions)
      } else {
        transport += big(UInt16(truncatingIfNeeded: 8 + bytes.count)) + [0, 0]
      }
      transport += bytes
      let proto: UInt8 = isTCP ? 6 : 17
      let covered =
        addresses + [0, proto] + big(UInt16(truncatingIfNeeded: transport.count)) + transport
      if segment != nil {
        var c = naiveChecksum(covered)
        if c == 0 { c = 0xffff }
        let at = isTCP ? 16 : 6
        (transport[at], transport[at + 1]) = (UInt8(c >> 8), UInt8(c & 0xff))
      }
      var ip: [UInt8]
      if isIPv6 {
        let length = big(UInt16(truncatingIfNeeded: options + transport.count))
        ip = [0x60, 0, 0, 0] + length + [options == 0 ? proto : 0, 64] + addresses
        if options > 0 {
          ip += [proto, UInt8(options / 8 - 1)] + [UInt8](repeating: 0, count: options - 2)
        }
      } else {
        let header = 20 + options
        let id = identification &+ UInt16(truncatingIfNeeded: segment ?? 0)
        ip =
          [0x40 | UInt8(header / 4), 0] + big(UInt16(truncatingIfNeeded: header + transport.count))
        ip += big(id) + [0x40, 0, 64, proto, 0, 0] + addresses
        ip += [UInt8](repeating: 1, count: options)
        let c = naiveChecksum(ip)
        (ip[10], ip[11]) = (UInt8(c >> 8), UInt8(c & 0xff))
      }
      var frame: [UInt8] = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2]
      if let vlan, segment != nil { frame += [0x81, 0] + big(vlan) }
      if let innerTag { frame += [0x81, 0] + big(innerTag) }
      return frame + (isIPv6 ? [0x86, 0xdd] : [0x08, 0]) + ip + transport
    }

    var transportOffset: Int { 14 + (innerTag == nil ? 0 : 4) + (isIPv6 ? 40 : 20) + options }

    var offload: pb_offload {
      let type =
        isTCP ? (isIPv6 ? pb_offload.tcpv6 : pb_offload.tcpv4) : pb_offload.udp
      return pb_offload(
        flags: pb_offload.needsChecksum, gso_type: type, header_length: 0,
        gso_size: UInt16(size), checksum_start: UInt16(transportOffset),
        checksum_offset: isTCP ? 16 : 6)
    }

    var expected: [[UInt8]] {
      stride(from: 0, to: payload.count, by: size).enumerated().map { index, start in
        let end = min(start + size, payload.count)
        return frame(Array(payload[start..<end]), segment: index, isLast: end == payload.count)
      }
    }

    static func random(_ random: inout SplitMix, longest: Int = 9000) -> LongPacket {
      let isIPv6 = Bool.random(using: &random)
      let count = Int.random(in: 1...longest, using: &random)
      return LongPacket(
        isIPv6: isIPv6, isTCP: Bool.random(using: &random),
        options: Bool.random(using: &random) ? 0 : isIPv6 ? 8 : 4,
        tcpOptions: 4 * Int.random(in: 0...10, using: &random),
        payload: (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) },
        size: Int.random(in: longest / 40...longest / 2, using: &random) + FrameSegmenter.leastSize,
        vlan: Bool.random(using: &random) ? nil : UInt16.random(in: 0...0xffff, using: &random),
        innerTag: Int.random(in: 0..<4, using: &random) == 0 ? 0x2005 : nil,
        identification: UInt16.random(in: 0...0xffff, using: &random),
        sequence: UInt32.random(in: 0...UInt32.max, using: &random),
        flags: UInt8.random(in: 0...255, using: &random),
        addresses: (0..<(isIPv6 ? 32 : 8)).map { _ in UInt8.random(in: 0...255, using: &random) })
    }
  }

  /// All segments of a frame.
  static func cut(
    _ frame: [UInt8], size: Int, vlan: UInt16?, room: Int = 10_000
  ) -> [[UInt8]]? {
    let tag = pb_vlan(tpid: vlan == nil ? 0 : 0x8100, tci: vlan ?? 0)
    return frame.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress,
        var segmenter = FrameSegmenter(base, length: bytes.count, size: size, vlan: tag)
      else { return nil }
      var out: [[UInt8]] = []
      while segmenter.isActive {
        var buffer = [UInt8](repeating: 0xee, count: room)
        let length = buffer.withUnsafeMutableBytes {
          segmenter.writeNext(into: $0.baseAddress.unsafelyUnwrapped, room: room)
        }
        if length > 0 { out.append(Array(buffer[..<length])) }
      }
      return out
    }
  }

  @Test func segmentsEqualPacketsBuiltOneByOne() {
    var random = SplitMix(seed: 7)
    for _ in 0..<30 {
      let packet = LongPacket.random(&random)
      let frame = packet.frame(packet.payload, segment: nil, isLast: true)
      let segments = FrameSegmenterTests.cut(frame, size: packet.size, vlan: packet.vlan)
      let isEqual = segments == packet.expected
      #expect(isEqual, "\(packet.expected.count) segments, size \(packet.size)")
    }
  }

  @Test func tooSmallABufferLosesTheFrame() {
    var random = SplitMix(seed: 8)
    var packet = LongPacket.random(&random)
    packet.payload = [UInt8](repeating: 1, count: 3000)
    packet.size = 1000
    let frame = packet.frame(packet.payload, segment: nil, isLast: true)
    #expect(FrameSegmenterTests.cut(frame, size: packet.size, vlan: nil, room: 900) == [])
  }

  /// Wrong lengths, offsets and headers: no segment or any segments, but never beyond the frame.
  @Test func anyFrameWithAnyOffloadIsSafe() {
    var random = SplitMix(seed: 9)
    for _ in 0..<3000 {
      let packet = LongPacket.random(&random, longest: 100)
      var frame = packet.frame(packet.payload, segment: nil, isLast: true)
      frame.removeLast(Int.random(in: 0...(frame.count - 14), using: &random))
      for _ in 0..<Int.random(in: 0...3, using: &random) {
        frame[Int.random(in: 0..<frame.count, using: &random)] = UInt8.random(
          in: 0...255, using: &random)
      }
      let size = Bool.random(using: &random) ? Int.random(in: 0...70, using: &random) : packet.size
      _ = FrameSegmenterTests.cut(frame, size: size, vlan: packet.vlan, room: 300)
    }
  }

  /// One frame cannot become thousands of packets, nor none at all.
  @Test func badSizesAreRefused() {
    var random = SplitMix(seed: 11)
    var packet = LongPacket.random(&random)
    packet.payload = [UInt8](repeating: 1, count: 12_800)
    for isTCP in [true, false] {
      packet.isTCP = isTCP
      let frame = packet.frame(packet.payload, segment: nil, isLast: true)
      func count(_ size: Int) -> Int? {
        FrameSegmenterTests.cut(frame, size: size, vlan: nil, room: 13_000)?.count
      }
      #expect(count(0) == nil && count(-1) == nil && count(1) == nil && count(47) == nil)
      #expect(count(48) == 267 && count(12_799) == 2)
    }
    // Padding behind the packet, or a packet cut off.
    let frame = packet.frame(packet.payload, segment: nil, isLast: true)
    #expect(FrameSegmenterTests.cut(frame + [0], size: 1000, vlan: nil) == nil)
    #expect(FrameSegmenterTests.cut(Array(frame.dropLast()), size: 1000, vlan: nil) == nil)
  }

  @Test func partialChecksumIsCompleted() {
    var random = SplitMix(seed: 10)
    for _ in 0..<200 {
      let bytes = (0..<Int.random(in: 40...1500, using: &random)).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      let start = Int.random(in: 14...(bytes.count - 10), using: &random) & ~1
      var done = bytes
      let isDone = done.withUnsafeMutableBytes {
        FrameSegmenter.completeChecksum(
          $0.baseAddress.unsafelyUnwrapped, length: bytes.count, start: start, offset: 6)
      }
      #expect(isDone)
      let c = naiveChecksum(Array(bytes[start...]))
      #expect(done[start + 6] == UInt8((c == 0 ? 0xffff : c) >> 8))
      #expect(done[start + 7] == UInt8((c == 0 ? 0xffff : c) & 0xff))
    }
  }

  @Test func checksumFieldOutsideTheFrameIsRefused() {
    var bytes = [UInt8](repeating: 0, count: 40)
    bytes.withUnsafeMutableBytes {
      let base = $0.baseAddress.unsafelyUnwrapped
      #expect(!FrameSegmenter.completeChecksum(base, length: 40, start: 34, offset: 6))
      #expect(!FrameSegmenter.completeChecksum(base, length: 40, start: 65_535, offset: 65_535))
      #expect(FrameSegmenter.completeChecksum(base, length: 40, start: 34, offset: 4))
    }
  }
}

/// RFC 1071, as its text says it.
func naiveChecksum(_ bytes: [UInt8]) -> UInt16 {
  var sum: UInt32 = 0
  for (i, byte) in bytes.enumerated() {
    sum += UInt32(byte) << (i % 2 == 0 ? 8 : 0)
    sum = (sum & 0xffff) + (sum >> 16)
  }
  return ~UInt16(sum & 0xffff)
}

func big<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
  withUnsafeBytes(of: value.bigEndian) { Array($0) }
}
