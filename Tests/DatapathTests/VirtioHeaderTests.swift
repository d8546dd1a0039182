import CDPDKShim
import TestSupport
import Testing

@testable import Datapath

/// What the kernel says of a frame, and what drivers of guests accept.
@Suite struct VirtioHeaderTests {
  typealias LongPacket = FrameSegmenterTests.LongPacket
  private let pool: OpaquePointer

  init() throws {
    try EAL.initialize()
    pool = try MempoolRegistry.shared.pool(bufferSize: 2048)
  }

  /// A frame of which the kernel says `offload`, as the datapath takes it; nil when it is refused.
  private func taken(
    _ frame: [UInt8], _ offload: pb_offload, shift: Int = 0
  ) -> (frame: [UInt8], needsChecksum: Bool, size: Int)? {
    guard let packet = frame.withUnsafeBytes({ MempoolRegistry.packet(from: $0, pool: pool) })
    else { return nil }
    defer { pb_mbuf_free(packet) }
    guard offload.leave(in: packet, shift: shift) else { return nil }
    let bytes = UnsafeRawBufferPointer(
      start: pb_mbuf_data(packet), count: Int(pb_mbuf_length(packet)))
    return (
      Array(bytes), pb_mbuf_needs_checksum(packet) != 0, Int(pb_mbuf_segment_size(packet))
    )
  }

  @Test func requestsAreTakenOver() throws {
    var random = SplitMix(seed: 31)
    for _ in 0..<200 {
      var packet = LongPacket.random(&random)
      packet.vlan = nil
      let frame = packet.frame(packet.payload, segment: nil, isLast: true)
      let long = try #require(taken(frame, packet.offload))
      #expect(long.needsChecksum && long.size == packet.size && long.frame == frame)
      var offload = packet.offload
      (offload.gso_type, offload.gso_size) = (0, 0)
      let one = try #require(taken(frame, offload))
      #expect(one.needsChecksum && one.size == 0 && one.frame == frame)
      let done = try #require(taken(frame, pb_offload()))
      #expect(!done.needsChecksum && done.size == 0)
      // The kernel counted without the tag that was put back.
      let tagged = Array(frame[..<12]) + [0x81, 0, 0, 5] + Array(frame[12...])
      let shifted = try #require(taken(tagged, packet.offload, shift: 4))
      #expect(shifted.needsChecksum && shifted.size == packet.size)
    }
  }

  /// A checksum that the kernel knows to be good stays known.
  @Test func verdictsAreTakenOver() throws {
    for (flags, isGood) in [(UInt8(2), true), (0, false), (1, false)] {
      let packet = try #require(
        [UInt8](repeating: 0, count: 60).withUnsafeBytes {
          MempoolRegistry.packet(from: $0, pool: pool)
        })
      defer { pb_mbuf_free(packet) }
      var offload = pb_offload()
      offload.flags = flags
      #expect(offload.leave(in: packet))
      #expect((pb_mbuf_checksum_is_good(packet) != 0) == isGood)
      #expect(pb_mbuf_has_request(packet) == 0)
    }
  }

  /// A checksum elsewhere than in the packet's own header, as of one in a tunnel, is completed at once.
  @Test func otherChecksumsAreCompletedAtOnce() throws {
    var random = SplitMix(seed: 32)
    var packet = LongPacket.random(&random)
    packet.payload = (0..<301).map { UInt8(truncatingIfNeeded: $0) }
    let frame = packet.frame(packet.payload, segment: nil, isLast: true)
    var offload = packet.offload
    (offload.gso_type, offload.gso_size) = (0, 0)
    offload.checksum_start = UInt16(frame.count - 200)
    offload.checksum_offset = 30
    let got = try #require(taken(frame, offload))
    let c = naiveChecksum(Array(frame.suffix(200)))
    var expected = frame
    expected.replaceSubrange(frame.count - 170..<frame.count - 168, with: big(c == 0 ? 0xffff : c))
    #expect(!got.needsChecksum && got.frame == expected)
    // But nothing can be cut there.
    offload.gso_type = packet.offload.gso_type
    offload.gso_size = 100
    #expect(taken(frame, offload) == nil)
  }

  @Test func anythingElseIsRefusedOrHarmless() {
    var random = SplitMix(seed: 33)
    for _ in 0..<3000 {
      let packet = LongPacket.random(&random, longest: 100)
      var frame = packet.frame(packet.payload, segment: nil, isLast: true)
      frame.removeLast(Int.random(in: 0...(frame.count - 14), using: &random))
      frame[Int.random(in: 0..<frame.count, using: &random)] = UInt8.random(
        in: 0...255, using: &random)
      var offload = packet.offload
      offload.checksum_start = UInt16.random(in: 0...120, using: &random)
      if Bool.random(using: &random) {
        offload.checksum_offset = .random(in: 0...(.max), using: &random)
      }
      if Bool.random(using: &random) { offload.checksum_start = .max }
      if Bool.random(using: &random) { offload.gso_size = UInt16.random(in: 0...9, using: &random) }
      if Bool.random(using: &random) { offload.gso_type = UInt8.random(in: 0...6, using: &random) }
      if Bool.random(using: &random) { offload.flags = UInt8.random(in: 0...3, using: &random) }
      if let got = taken(frame, offload), got.size > 0 { #expect(got.needsChecksum) }
    }
    let offload = pb_offload(
      flags: 0, gso_type: pb_offload.tcpv4, header_length: 0, gso_size: 1000, checksum_start: 34,
      checksum_offset: 16)
    #expect(taken([UInt8](repeating: 0, count: 60), offload) == nil)
  }

  /// What is handed over is what the kernel would have said.
  @Test func handedOverPacketsSayTheSame() throws {
    var random = SplitMix(seed: 34)
    for _ in 0..<50 {
      let packet = LongPacket.random(&random)
      let frame = packet.frame(packet.payload, segment: nil, isLast: true)
      let buffer = try #require(
        frame.withUnsafeBytes { MempoolRegistry.packet(from: $0, pool: pool) })
      defer { pb_mbuf_free(buffer) }
      let data = try #require(pb_mbuf_data(buffer))
      let headers = try #require(TransportHeaders(data, length: frame.count))
      var places = pb_places(
        network: UInt16(headers.network), transport: UInt16(headers.transport),
        payload: UInt16(headers.payload), is_ipv6: headers.isIPv6 ? 1 : 0, protocol: headers.proto)
      pb_mbuf_hand_over(buffer, &places, UInt32(packet.size))
      let said = pb_mbuf_offload(buffer)
      #expect(said.flags == 1 && said.gso_type == packet.offload.gso_type)
      #expect(said.gso_size == packet.offload.gso_size)
      #expect(said.checksum_start == packet.offload.checksum_start)
      #expect(said.checksum_offset == packet.offload.checksum_offset)
      #expect(Int(said.header_length) == headers.payload)
      // The field holds the sum that a kernel goes on from.
      headers.prepareChecksum(data)
      #expect(
        FrameSegmenter.completeChecksum(
          data, length: frame.count, start: headers.transport, offset: headers.checksumOffset))
      var whole = packet
      (whole.size, whole.vlan) = (packet.payload.count, nil)
      #expect(Array(UnsafeRawBufferPointer(start: data, count: frame.count)) == whole.expected[0])
      pb_mbuf_take_back(buffer)
      #expect(pb_mbuf_offload(buffer).flags == 0)
    }
  }

  /// The headers of a long packet for a guest have a buffer that librte_vhost takes for too short to hold
  /// them: only then does it leave the sum alone.
  @Test func headersForGuestsAreApart() throws {
    var random = SplitMix(seed: 35)
    for _ in 0..<50 {
      var packet = LongPacket.random(&random)
      packet.isTCP = true
      let frame = packet.frame(packet.payload, segment: nil, isLast: true)
      let buffer = try #require(
        frame.withUnsafeBytes { MempoolRegistry.packet(from: $0, pool: pool) })
      let headers = try #require(TransportHeaders(pb_mbuf_data(buffer)!, length: frame.count))
      var places = pb_places(
        network: UInt16(headers.network), transport: UInt16(headers.transport),
        payload: UInt16(headers.payload), is_ipv6: headers.isIPv6 ? 1 : 0, protocol: headers.proto)
      pb_mbuf_hand_over(buffer, &places, UInt32(packet.size))
      let two = try #require(pb_mbuf_split_for_library(buffer))
      #expect(pb_mbuf_split_for_library(two) == two)
      defer { pb_mbuf_free(two) }
      #expect(pb_mbuf_segments(two) == 2 && Int(pb_mbuf_length(two)) == headers.payload)
      #expect(Int(pb_mbuf_packet_length(two)) == frame.count)
      var bytes = [UInt8](repeating: 0, count: frame.count)
      pb_mbuf_gather(two, &bytes, UInt32(frame.count))
      #expect(bytes == frame)
      #expect(pb_mbuf_believed_headers(two) > pb_mbuf_length(two))
      #expect(pb_mbuf_offload(two).gso_size == packet.offload.gso_size)
    }
  }

  @Test func featuresSayWhoDoesWhat() {
    #expect(GuestOffloads(features: 0).toGuest == [] && GuestOffloads(features: 0).fromGuest == [])
    let all = GuestOffloads(features: .max)
    #expect(all.toGuest == [.checksum, .tcpv4, .tcpv6] && all.fromGuest == all.toGuest)
    // Segmentation without checksums is none.
    #expect(GuestOffloads(features: 1 << 7 | 1 << 8 | 1 << 11).toGuest == [])
    #expect(GuestOffloads(features: 1 << 1 | 1 << 8).toGuest == [.checksum, .tcpv6])
    #expect(GuestOffloads(features: 1 << 0 | 1 << 11).fromGuest == [.checksum, .tcpv4])
  }
}
