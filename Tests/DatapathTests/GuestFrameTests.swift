import CDPDKShim
import TestSupport
import Testing

@testable import Datapath

/// Frames that a guest scatters, or takes scattered; what it leaves to us, and we to it.
@Suite(.serialized) struct GuestFrameTests {
  private typealias LongPacket = FrameSegmenterTests.LongPacket
  private let pool: OpaquePointer
  private let packets = PacketList.allocate(capacity: 32)
  private static let ownPool = pb_pool_create("guest-frame-tests", 255, 0, 2048, -1)

  init() throws {
    try EAL.initialize()
    pool = try #require(GuestFrameTests.ownPool)
  }

  private func packet(_ bytes: [UInt8]) throws -> OpaquePointer {
    try #require(bytes.withUnsafeBytes { MempoolRegistry.packet(from: $0, pool: pool) })
  }
  private func content(_ packet: OpaquePointer?) -> [UInt8] {
    packet.map {
      Array(UnsafeRawBufferPointer(start: pb_mbuf_data($0), count: Int(pb_mbuf_length($0))))
    } ?? []
  }
  /// Some part of a megabyte of anything: to draw each byte takes longer than all that is tested.
  private static let anything: [UInt8] = {
    var random = SplitMix(seed: 40)
    return (0..<1 << 20).map { _ in UInt8.random(in: 0...255, using: &random) }
  }()
  private func bytes(_ count: Int, _ random: inout SplitMix) -> [UInt8] {
    let start = Int.random(in: 0..<1 << 19, using: &random)
    return Array(GuestFrameTests.anything[start..<start + count])
  }
  private func pieces(
    _ total: Int, atMost count: Int, _ random: inout SplitMix
  ) -> [Int] {
    var ends = Set((0..<count - 1).map { _ in Int.random(in: 1...total, using: &random) })
    ends.insert(total)
    var last = 0
    return ends.sorted().map { end in
      defer { last = end }
      return end - last
    }
  }

  // MARK: From a guest

  /// Offers a frame as a chain of pieces, the first of which has the header; in a table if there are
  /// more than the ring has descriptors.
  private func offer(
    _ guest: FakeGuest, _ frame: [UInt8], _ offload: pb_offload, pieces: [Int]
  ) {
    let header = Int(guest.ring.header)
    let isIndirect = pieces.count > FakeGuest.entries
    let table = isIndirect ? FakeGuest.tables : 0
    var (address, from) = (FakeGuest.buffer(0), 0)
    for (n, count) in pieces.enumerated() {
      let length = count + (n == 0 ? header : 0)
      let isLast = n == pieces.count - 1
      guest.describe(
        n, table: table, address, length, isLast ? 0 : FakeGuest.next, next: UInt16(n + 1))
      let bytes = guest.bytes(address, length)
      if n == 0 {
        withUnsafeBytes(of: offload) {
          bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<10]))
        }
      }
      UnsafeMutableRawBufferPointer(rebasing: bytes[(length - count)...])
        .copyBytes(from: frame[from..<from + count])
      (address, from) = (address + UInt64(length + n % 3), from + count)
    }
    if isIndirect {
      guest.describe(
        0, FakeGuest.start + UInt64(table), 16 * pieces.count, FakeGuest.indirect)
    }
    guest.offer(0)
  }

  private func take(_ guest: FakeGuest) -> OpaquePointer? {
    var end = PB_RING_DONE
    let taken = pb_ring_take(&guest.ring, pool, packets, 32, &end)
    #expect(taken == 1 || end == PB_RING_ODD)
    return taken == 1 ? packets[0] : nil
  }

  @Test(arguments: [UInt16(10), 12])
  func scatteredFramesComeWhole(_ header: UInt16) throws {
    var random = SplitMix(seed: 41)
    let before = pb_pool_in_use(pool)
    let guest = FakeGuest(header: header, next: 65530)
    for round in 0..<300 {
      let length = Int.random(in: 14...(round % 2 == 0 ? 58_000 : 1500), using: &random)
      let frame = bytes(length, &random)
      offer(guest, frame, pb_offload(), pieces: pieces(length, atMost: 62, &random))
      let taken = try #require(take(guest))
      #expect(content(taken) == frame)
      pb_mbuf_free(taken)
    }
    #expect(guest.ring.counters.packets == 300 && pb_pool_in_use(pool) == before)
  }

  /// The same as of the kernel's frames, whose header is the same; what is left to the library are
  /// datagrams to be cut, and headers that a sender of TCP does not make.
  @Test func requestsOfGuestsAreTakenOver() throws {
    var random = SplitMix(seed: 42)
    let guest = FakeGuest()
    var taken = 0
    for round in 0..<400 {
      var description = LongPacket.random(&random)
      if description.isIPv6 { description.options = 0 }
      let frame = description.frame(description.payload, segment: nil, isLast: true)
      var offload = description.offload
      if round % 2 == 0 { (offload.gso_type, offload.gso_size) = (0, 0) }
      let isForUs = description.isTCP || offload.gso_type == 0
      offer(
        guest, frame, offload,
        pieces: round % 3 == 0 ? [frame.count] : pieces(frame.count, atMost: 9, &random))
      let got = take(guest)
      #expect((got != nil) == isForUs)
      // A guest that is given up begins anew.
      guard let got else {
        guest.ring.next_available = guest.availableIndex
        guest.ring.next_used = guest.availableIndex
        continue
      }
      taken += 1
      let model = try packet(frame)
      #expect(offload.leave(in: model))
      #expect(pb_mbuf_needs_checksum(got) == pb_mbuf_needs_checksum(model))
      #expect(pb_mbuf_segment_size(got) == pb_mbuf_segment_size(model))
      #expect(content(got) == frame)
      pb_mbuf_free(model)
      pb_mbuf_free(got)
    }
    #expect(taken > 200)
  }

  /// Whatever a header says of whatever frame is harmless; and what both ways take, they take alike. (Ours
  /// leaves to a packet's last port what the kernel's looks at first.)
  @Test func badRequestsOfGuestsAreOdd() throws {
    var random = SplitMix(seed: 43)
    let guest = FakeGuest()
    var refused = 0
    for _ in 0..<3000 {
      let description = LongPacket.random(&random, longest: 200)
      var frame = description.frame(description.payload, segment: nil, isLast: true)
      if Int.random(in: 0..<4, using: &random) == 0 {
        frame.removeLast(Int.random(in: 0...frame.count / 4, using: &random))
      }
      let at = Int.random(in: 12..<min(frame.count, 60), using: &random)
      if Bool.random(using: &random) { frame[at] = UInt8.random(in: 0...255, using: &random) }
      var offload = description.offload
      switch Int.random(in: 0..<6, using: &random) {
      case 0: offload.checksum_start = UInt16.random(in: 0...200, using: &random)
      case 1: offload.checksum_offset = UInt16.random(in: 0...40, using: &random)
      case 2: offload.gso_size = UInt16.random(in: 0...60, using: &random)
      case 3: offload.gso_type = UInt8.random(in: 0...6, using: &random)
      default: break
      }
      offer(guest, frame, offload, pieces: [frame.count])
      if let got = take(guest) {
        let model = try packet(frame)
        let isTaken = offload.leave(in: model)
        if isTaken { #expect(pb_mbuf_segment_size(got) == pb_mbuf_segment_size(model)) }
        pb_mbuf_free(model)
        pb_mbuf_free(got)
      } else {
        refused += 1
        guest.ring.next_available = guest.availableIndex
        guest.ring.next_used = guest.availableIndex
      }
    }
    #expect(refused > 500 && refused < 2900)
  }

  // MARK: To a guest

  /// Buffers of these sizes, each a chain of its own, or all one chain.
  private func provide(_ guest: FakeGuest, _ sizes: [Int], asOne: Bool) -> [(UInt64, Int)] {
    var address = FakeGuest.buffer(0)
    var places: [(UInt64, Int)] = []
    for (n, size) in sizes.enumerated() {
      let goesOn = asOne && n < sizes.count - 1 ? FakeGuest.next : 0
      guest.describe(n, address, size, FakeGuest.writable | goesOn, next: UInt16(n + 1))
      if !asOne || n == 0 { guest.offer(UInt16(n)) }
      places.append((address, size))
      address += UInt64(size)
    }
    return places
  }

  @Test(arguments: [true, false])
  func longFramesFillWhatThereIs(_ asOne: Bool) throws {
    var random = SplitMix(seed: 44)
    for round in 0..<200 {
      let guest = FakeGuest(header: 12, next: UInt16(truncatingIfNeeded: 65500 + round % 60))
      guest.ring.merges = asOne ? 0 : 1
      let first = guest.ring.next_used
      let bytes = bytes(Int.random(in: 100...20_000, using: &random), &random)
      let sizes = (0..<12).map { _ in Int.random(in: 12...3000, using: &random) }
      let places = provide(guest, sizes, asOne: asOne)
      packets[0] = try packet(bytes)
      defer { pb_mbuf_free(packets[0]) }
      var end = PB_RING_DONE
      let given = pb_ring_give(&guest.ring, packets, 1, &end)
      let room = sizes.reduce(-12, +)
      guard bytes.count <= room else {
        #expect(given == 0 && end == (asOne ? PB_RING_ODD : PB_RING_DONE))
        #expect(guest.usedIndex == first && guest.ring.next_available == first)
        continue
      }
      #expect(given == 1)
      let all = places.flatMap { Array(guest.bytes($0.0, $0.1)) }
      #expect(Array(all[12..<12 + bytes.count]) == bytes)
      let chains = Int(guest.usedIndex &- first)
      #expect(Int(all[10]) == chains && all[11] == 0 && all[..<10].allSatisfy { $0 == 0 })
      let lengths = (0..<chains).map { Int(guest.used(first &+ UInt16($0)).length) }
      #expect(lengths.reduce(0, +) == bytes.count + 12)
      #expect(asOne || lengths.dropLast() == sizes.prefix(chains - 1))
      #expect(guest.ring.next_available == guest.ring.next_used)
    }
  }

  /// Short and long packets in one burst keep their order, and the guest learns what is left to it;
  /// also of those that were split for the library.
  @Test func packetsThatAreHandedOverSaySo() throws {
    var random = SplitMix(seed: 45)
    for round in 0..<100 {
      let guest = FakeGuest()
      guest.ring.merges = 1
      let places = provide(guest, [Int](repeating: 3700, count: 16), asOne: false)
      var expected: [([UInt8], pb_offload)] = []
      for n in 0..<4 {
        var description = LongPacket.random(&random, longest: n % 2 == 0 ? 9000 : 900)
        description.isTCP = true
        let isLong = n % 2 == 0
        let frame = description.frame(description.payload, segment: nil, isLast: true)
        let buffer = try packet(frame)
        let headers = try #require(TransportHeaders(pb_mbuf_data(buffer)!, length: frame.count))
        var at = pb_places(
          network: UInt16(headers.network), transport: UInt16(headers.transport),
          payload: UInt16(headers.payload), is_ipv6: headers.isIPv6 ? 1 : 0,
          protocol: headers.proto)
        pb_mbuf_hand_over(buffer, &at, isLong ? UInt32(description.size) : 0)
        expected.append((frame, pb_mbuf_offload(buffer)))
        packets[n] = round % 2 == 0 ? pb_mbuf_split_for_library(buffer) : buffer
      }
      defer { pb_mbuf_free_bulk(packets, 4) }
      var end = PB_RING_DONE
      #expect(pb_ring_give(&guest.ring, packets, 4, &end) == 4)
      var used: UInt16 = 0
      for (frame, offload) in expected {
        let header = Array(guest.bytes(places[Int(used)].0, 12))
        #expect(header[..<10].elementsEqual(withUnsafeBytes(of: offload) { Array($0[..<10]) }))
        var got: [UInt8] = []
        for _ in 0..<header[10] {
          let entry = guest.used(used)
          got += guest.bytes(places[Int(entry.head)].0, Int(entry.length))
          used += 1
        }
        #expect(Array(got.dropFirst(12)) == frame)
      }
    }
  }

  @Test func guestsLearnWhichChecksumsAreGood() throws {
    for (wants, isGood) in [(true, true), (true, false), (false, true)] {
      let guest = FakeGuest()
      guest.ring.takes_verdicts = wants ? 1 : 0
      let places = provide(guest, [200], asOne: false)
      packets[0] = try packet([UInt8](repeating: 1, count: 60))
      defer { pb_mbuf_free(packets[0]) }
      if isGood { pb_mbuf_note_good_checksum(packets[0]) }
      var end = PB_RING_DONE
      #expect(pb_ring_give(&guest.ring, packets, 1, &end) == 1)
      #expect(guest.bytes(places[0].0, 1)[0] == (wants && isGood ? 2 : 0))
    }
  }
}
