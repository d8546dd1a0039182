import CDPDKShim
import TestSupport
import Testing

@testable import Datapath

/// Merged frames come apart again into what they were made of, in the connection's order; and what is not
/// exactly the rest of a frame stays itself.
@Suite(.serialized) struct SegmentMergerTests {
  private typealias LongPacket = FrameSegmenterTests.LongPacket
  private let pool: OpaquePointer
  private static let ownPool = pb_pool_create("merger-tests", 255, 0, 2048, -1)

  init() throws {
    try EAL.initialize()
    pool = try #require(SegmentMergerTests.ownPool)
  }

  private static let all: Offloads = [.checksum, .tcpv4, .tcpv6]

  /// What a burst of frames becomes: the frames of each packet that is left, cut again; and how many were
  /// merged into others.
  private func merge(
    _ frames: [[UInt8]], far: Offloads = all, prepare: (OpaquePointer, Int) -> Void = { _, _ in }
  ) throws -> (left: [[[UInt8]]], merged: Int) {
    let room = UnsafeMutablePointer<SegmentMerger.Frame>.allocate(capacity: frames.count)
    defer { room.deallocate() }
    var merger = SegmentMerger(far: far, room)
    var kept: [OpaquePointer] = []
    for (n, frame) in frames.enumerated() {
      let packet = try #require(
        frame.withUnsafeBytes { MempoolRegistry.packet(from: $0, pool: pool) })
      prepare(packet, n)
      if !merger.absorb(packet) { kept.append(packet) }
    }
    var sizes: [OpaquePointer: Int] = [:]
    for n in 0..<merger.count where room[n].isMerged {
      SegmentMerger.finish(room[n])
      sizes[room[n].packet] = room[n].size
      #expect(room[n].headers.end == Int(pb_mbuf_packet_length(room[n].packet)))
    }
    let left = try kept.map { packet in
      var bytes = [UInt8](repeating: 0, count: Int(pb_mbuf_packet_length(packet)))
      pb_mbuf_gather(packet, &bytes, UInt32(bytes.count))
      pb_mbuf_free(packet)
      guard let size = sizes[packet] else { return [bytes] }
      return try #require(FrameSegmenterTests.cut(bytes, size: size, vlan: nil))
    }
    return (left, frames.count - kept.count)
  }

  /// A connection's long packet as segments of a size worth merging.
  private func connection(_ random: inout SplitMix, segments: Int) -> LongPacket {
    var packet = LongPacket.random(&random)
    (packet.isTCP, packet.vlan) = (true, nil)
    packet.options = 0
    packet.flags = Bool.random(using: &random) ? 0x10 : 0x18
    packet.size = Int.random(in: 500...1400, using: &random)
    let count = (segments - 1) * packet.size + Int.random(in: 1...packet.size, using: &random)
    packet.payload = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    return packet
  }

  @Test func segmentsBecomeOneFrameAndThemselvesAgain() throws {
    var random = SplitMix(seed: 51)
    let before = pb_pool_in_use(pool)
    for _ in 0..<100 {
      let segments = connection(&random, segments: Int.random(in: 2...32, using: &random)).expected
      let (left, merged) = try merge(segments)
      #expect(left == [segments] && merged == segments.count - 1)
    }
    #expect(pb_pool_in_use(pool) == before)
  }

  /// Connections whose segments come mixed, with anything done to a few of them: each connection's packets
  /// come in their order, not a byte of them changed.
  @Test func connectionsKeepTheirOrder() throws {
    var random = SplitMix(seed: 52)
    var total = 0
    for _ in 0..<200 {
      var queues = (0..<Int.random(in: 1...4, using: &random)).map { n in
        var packet = connection(&random, segments: Int.random(in: 1...8, using: &random))
        packet.addresses[3] = UInt8(n)
        return packet.expected
      }
      for n in queues.indices where Bool.random(using: &random) { spoil(&queues[n], &random) }
      var (burst, owners): ([[UInt8]], [Int]) = ([], [])
      var rest = queues
      while burst.count < 32,
        let n = rest.indices.filter({ !rest[$0].isEmpty }).randomElement(using: &random)
      {
        burst.append(rest[n].removeFirst())
        owners.append(n)
      }
      let (left, merged) = try merge(burst)
      total += merged
      for n in queues.indices {
        let own = burst.indices.filter { owners[$0] == n }.map { burst[$0] }
        let got = left.joined().filter { own.contains($0) }
        #expect(Array(got) == own)
      }
      #expect(left.joined().count == burst.count)
    }
    #expect(total > 400)
  }

  private func spoil(_ segments: inout [[UInt8]], _ random: inout SplitMix) {
    let n = Int.random(in: 0..<segments.count, using: &random)
    switch Int.random(in: 0..<5, using: &random) {
    case 0: segments.swapAt(n, segments.count - 1)
    case 1: segments.remove(at: n)
    case 2: segments.insert(segments[n], at: n)
    case 3: segments[n] += [0, 0, 0]
    default:
      let at = Int.random(in: 12..<segments[n].count, using: &random)
      segments[n][at] ^= UInt8(1) << UInt8.random(in: 0...7, using: &random)
    }
  }

  /// One thing that differs between two segments, whose checksums are right: they stay two.
  @Test func whatDiffersIsNotMerged() throws {
    var random = SplitMix(seed: 53)
    for _ in 0..<50 {
      var packet = connection(&random, segments: 2)
      packet.payload =
        Array(packet.payload.prefix(packet.size)) + Array(packet.payload.prefix(packet.size))
      #expect(try merge(packet.expected).merged == 1)
      let first = packet.expected[0]
      var others: [LongPacket] = []
      func other(_ change: (inout LongPacket) -> Void) {
        var changed = packet
        change(&changed)
        others.append(changed)
      }
      other { $0.sequence &+= 1 }
      other { $0.flags = 0x11 }
      other { $0.flags = 0x50 }
      other { $0.addresses[5] ^= 1 }
      other { $0.tcpOptions = ($0.tcpOptions + 4) % 44 }
      // Longer than the first.
      other {
        $0.size += 4
        $0.sequence &-= 4
        $0.payload += [UInt8](repeating: 1, count: 8)
      }
      other { $0.innerTag = $0.innerTag == nil ? 5 : nil }
      for changed in others {
        let burst = [first, changed.expected[1]]
        let (left, merged) = try merge(burst)
        #expect(merged == 0 && Array(left.joined()) == burst)
      }
    }
  }

  @Test func onlyWhatTheFarEndTakes() throws {
    var random = SplitMix(seed: 54)
    for _ in 0..<20 {
      let packet = connection(&random, segments: 3)
      let far: Offloads = packet.isIPv6 ? [.checksum, .tcpv4] : [.checksum, .tcpv6]
      #expect(try merge(packet.expected, far: far).merged == 0)
      #expect(try merge(packet.expected, far: []).merged == 0)
    }
  }

  /// A checksum that is wrong is nobody's business but the receiver's, unless somebody said it is good or
  /// that it is still to be computed.
  @Test func checksumsAreLookedAt() throws {
    var random = SplitMix(seed: 55)
    for _ in 0..<20 {
      let packet = connection(&random, segments: 3)
      var frames = packet.expected
      for n in frames.indices { frames[n][packet.transportOffset + 17] ^= 0x55 }
      #expect(try merge(frames).merged == 0)
      #expect(try merge(frames) { packet, _ in pb_mbuf_note_good_checksum(packet) }.merged == 2)
      #expect(
        try merge(frames) { buffer, _ in
          var places = pb_places(
            network: UInt16(packet.innerTag == nil ? 14 : 18),
            transport: UInt16(packet.transportOffset),
            payload: UInt16(packet.transportOffset + 20 + packet.tcpOptions),
            is_ipv6: packet.isIPv6 ? 1 : 0, protocol: 6)
          pb_mbuf_hand_over(buffer, &places, 0)
        }.merged == 2)
    }
  }
}
