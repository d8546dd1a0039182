import CDPDKShim
import TestSupport
import Testing

@testable import Datapath

/// Frames cross a ring whole, whatever way the guest lays them out; what is odd stops us before it, and
/// nothing that a guest writes makes us touch what is not its own.
@Suite(.serialized) struct GuestRingTests {
  private let pool: OpaquePointer
  private let packets = PacketList.allocate(capacity: 32)
  /// Nobody else's, so that its buffers can be counted.
  private static let ownPool = pb_pool_create("guest-ring-tests", 511, 0, 2048, -1)

  init() throws {
    try EAL.initialize()
    pool = try #require(GuestRingTests.ownPool)
  }

  /// How a frame of a guest lies in its memory.
  enum Layout: CaseIterable { case together, apart, indirect, indirectApart }

  /// A chain from descriptor 2 * n, in buffer n, for a frame of `length` bytes. Returns where its header
  /// and its bytes are.
  private func lay(
    _ guest: FakeGuest, _ n: Int, _ length: Int, _ layout: Layout, _ flags: UInt16
  ) -> (header: UInt64, data: UInt64) {
    let header = FakeGuest.buffer(n)
    let size = Int(guest.ring.header)
    let data = header + UInt64(size)
    let isApart = layout == .apart || layout == .indirectApart
    let isIndirect = layout == .indirect || layout == .indirectApart
    let table = isIndirect ? FakeGuest.tables + 64 * n : 0
    let first = isIndirect ? 0 : 2 * n
    if isIndirect {
      guest.describe(
        2 * n, FakeGuest.start + UInt64(table), isApart ? 32 : 16, FakeGuest.indirect)
    }
    if isApart {
      guest.describe(
        first, table: table, header, size, flags | FakeGuest.next, next: UInt16(first + 1))
      guest.describe(first + 1, table: table, data, length, flags)
    } else {
      guest.describe(first, table: table, header, size + length, flags)
    }
    return (header, data)
  }

  private func frame(_ length: Int, _ random: inout SplitMix) -> [UInt8] {
    (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
  }

  private func content(_ packet: OpaquePointer?) -> [UInt8] {
    packet.map {
      Array(UnsafeRawBufferPointer(start: pb_mbuf_data($0), count: Int(pb_mbuf_length($0))))
    }
      ?? []
  }

  @Test(arguments: Layout.allCases, [UInt16(10), 12])
  func framesOfAGuestComeWhole(_ layout: Layout, _ header: UInt16) {
    var random = SplitMix(seed: 7)
    // The index runs over.
    let guest = FakeGuest(header: header, next: 65533)
    for round in 0..<50 {
      let frames = (0..<Int.random(in: 1...8, using: &random)).map { _ in
        frame(Int.random(in: 14...1514, using: &random), &random)
      }
      for (n, frame) in frames.enumerated() {
        let at = lay(guest, n, frame.count, layout, 0)
        guest.bytes(at.header, Int(header)).initializeMemory(as: UInt8.self, repeating: 0)
        guest.bytes(at.data, frame.count).copyBytes(from: frame)
        guest.offer(UInt16(2 * n))
      }
      let before = guest.usedIndex
      var end = PB_RING_ODD
      let taken = pb_ring_take(&guest.ring, pool, packets, 32, &end)
      #expect(Int(taken) == frames.count && end == PB_RING_DONE, "round \(round)")
      #expect(guest.usedIndex == before &+ taken && guest.usedIndex == guest.availableIndex)
      for n in 0..<Int(taken) {
        #expect(content(packets[n]) == frames[n])
        #expect(guest.used(before &+ UInt16(n)).head == 2 * n)
      }
      pb_mbuf_free_bulk(packets, UInt32(taken))
    }
    let counters = guest.ring.counters
    let bySize = withUnsafeBytes(of: counters.by_size) {
      $0.bindMemory(to: UInt64.self).reduce(0, +)
    }
    #expect(counters.packets == bySize && counters.packets > 50)
  }

  @Test(arguments: Layout.allCases, [UInt16(10), 12])
  func framesForAGuestArriveWhole(_ layout: Layout, _ header: UInt16) throws {
    var random = SplitMix(seed: 8)
    let guest = FakeGuest(header: header, next: 65534)
    for n in 0..<4 { _ = lay(guest, n, 1600, layout, FakeGuest.writable) }
    let frames = (0..<5).map { _ in frame(Int.random(in: 14...1514, using: &random), &random) }
    for (n, frame) in frames.enumerated() {
      packets[n] = frame.withUnsafeBytes { MempoolRegistry.packet(from: $0, pool: pool) }
    }
    for n in 0..<4 { guest.offer(UInt16(2 * n)) }
    var end = PB_RING_ODD
    // There is room for four.
    #expect(pb_ring_give(&guest.ring, packets, 5, &end) == 4 && end == PB_RING_DONE)
    for n in 0..<4 {
      let at = FakeGuest.buffer(n)
      let start = [UInt8](repeating: 0, count: 10) + (header == 12 ? [1, 0] : [])
      #expect(Array(guest.bytes(at, Int(header))) == start)
      #expect(Array(guest.bytes(at + UInt64(header), frames[n].count)) == frames[n])
      let used = guest.used(65534 &+ UInt16(n))
      #expect(used.head == 2 * n && Int(used.length) == Int(header) + frames[n].count)
    }
    pb_mbuf_free_bulk(packets, 5)
  }

  /// What the library is to see to.
  enum Oddity: CaseIterable {
    case checksum, segments, tooLong, onlyAHeader, aThirdNowhere, aCircle, anEmptyCircle,
      notToBeRead,
      nowhere, pastTheEnd
    case allOf64Bits, aFarNext, aTableElsewhere, anEmptyTable, aTableOfTables, pastItsTable
  }

  /// Makes the chain that begins with descriptor 2 and has buffer 1 odd.
  private func spoil(_ guest: FakeGuest, _ oddity: Oddity) {
    let buffer = FakeGuest.buffer(1)
    let end = FakeGuest.start + UInt64(FakeGuest.size)
    let table = FakeGuest.start + UInt64(FakeGuest.tables)
    switch oddity {
    case .checksum: guest.bytes(buffer, 2)[0] = 1
    case .segments: guest.bytes(buffer, 2)[1] = 1
    case .tooLong:
      guest.describe(2, buffer, 12, FakeGuest.next, next: 3)
      for n in 3..<8 {
        guest.describe(
          n, buffer, 16000, n < 7 ? FakeGuest.next : 0, next: UInt16(n + 1))
      }
    case .onlyAHeader: guest.describe(2, buffer, 12)
    case .aThirdNowhere:
      guest.describe(2, buffer, 12, FakeGuest.next, next: 3)
      guest.describe(3, buffer + 12, 60, FakeGuest.next, next: 4)
    case .aCircle: guest.describe(2, buffer, 12, FakeGuest.next, next: 2)
    case .anEmptyCircle:
      guest.describe(2, buffer, 72, FakeGuest.next, next: 3)
      guest.describe(3, buffer, 0, FakeGuest.next, next: 3)
    case .notToBeRead: guest.describe(2, buffer, 100, FakeGuest.writable)
    case .nowhere: guest.describe(2, 0x10, 100)
    case .pastTheEnd: guest.describe(2, end - 99, 100)
    case .allOf64Bits: guest.describe(2, UInt64.max - 10, 100)
    case .aFarNext: guest.describe(2, buffer, 12, FakeGuest.next, next: 16)
    case .aTableElsewhere: guest.describe(2, 0x10, 32, FakeGuest.indirect)
    case .anEmptyTable: guest.describe(2, table, 0, FakeGuest.indirect)
    case .aTableOfTables:
      guest.describe(2, table, 16, FakeGuest.indirect)
      guest.describe(0, table: FakeGuest.tables, table, 16, FakeGuest.indirect)
    case .pastItsTable:
      guest.describe(2, table, 16, FakeGuest.indirect)
      guest.describe(0, table: FakeGuest.tables, buffer, 12, FakeGuest.next, next: 1)
    }
  }

  @Test(arguments: Oddity.allCases)
  func whatIsOddStaysForTheLibrary(_ oddity: Oddity) {
    let guest = FakeGuest()
    for n in 0..<2 { _ = lay(guest, n, 60, .together, 0) }
    spoil(guest, oddity)
    guest.offer(0)
    guest.offer(2)
    let before = pb_pool_in_use(pool)
    var end = PB_RING_DONE
    #expect(pb_ring_take(&guest.ring, pool, packets, 32, &end) == 1 && end == PB_RING_ODD)
    pb_mbuf_free_bulk(packets, 1)
    #expect(pb_ring_take(&guest.ring, pool, packets, 32, &end) == 0 && end == PB_RING_ODD)
    #expect(guest.usedIndex == 1 && guest.ring.next_available == 1 && guest.ring.next_used == 1)
    #expect(pb_pool_in_use(pool) == before)
  }

  @Test func whatAGuestCannotTakeAsItIsStaysForTheLibrary() {
    let guest = FakeGuest()
    for n in 0..<2 { _ = lay(guest, n, 100, .together, FakeGuest.writable) }
    guest.offer(0)
    guest.offer(2)
    for n in 0..<2 {
      packets[n] = [UInt8](repeating: 1, count: n == 0 ? 100 : 101).withUnsafeBytes {
        MempoolRegistry.packet(from: $0, pool: pool)
      }
    }
    var end = PB_RING_DONE
    #expect(pb_ring_give(&guest.ring, packets, 2, &end) == 1 && end == PB_RING_ODD)
    #expect(guest.usedIndex == 1)
    pb_mbuf_free_bulk(packets, 2)
  }

  /// The ring's memory is full of anything; addresses are mostly near its ends.
  @Test func nothingThatAGuestWritesLeadsElsewhere() {
    var random = SplitMix(seed: 9)
    let before = pb_pool_in_use(pool)
    let own = [700, 5000].map { count in
      [UInt8](repeating: 1, count: count).withUnsafeBytes {
        MempoolRegistry.packet(from: $0, pool: pool)
      }
    }
    let guest = FakeGuest()
    for _ in 0..<20_000 {
      guest.ring.next_available = UInt16.random(in: 0...UInt16.max, using: &random)
      guest.ring.next_used = UInt16.random(in: 0...UInt16.max, using: &random)
      for n in 0..<FakeGuest.entries {
        scribble(guest, n, 0, &random)
        scribble(guest, n, FakeGuest.tables, &random)
        guest.availableIndex = UInt16(n)
        guest.offer(UInt16.random(in: 0...18, using: &random))
      }
      guest.availableIndex = guest.ring.next_available &+ UInt16.random(in: 0...40, using: &random)
      var end = PB_RING_DONE
      guest.ring.merges = UInt8.random(in: 0...1, using: &random)
      for n in 0..<2 { packets[n] = own[n] }
      _ = pb_ring_give(&guest.ring, packets, 2, &end)
      let taken = pb_ring_take(&guest.ring, pool, packets, 32, &end)
      pb_mbuf_free_bulk(packets, UInt32(taken))
    }
    for packet in own { pb_mbuf_free(packet) }
    #expect(pb_pool_in_use(pool) == before)
  }

  private func scribble(_ guest: FakeGuest, _ i: Int, _ table: Int, _ random: inout SplitMix) {
    let ends = [
      FakeGuest.start, FakeGuest.start + UInt64(FakeGuest.size), FakeGuest.buffer(i % 8), 0,
      FakeGuest.start + UInt64(FakeGuest.tables),
    ]
    let address =
      ends[Int.random(in: 0..<ends.count, using: &random)]
      &+ UInt64(bitPattern: Int64.random(in: -70...70, using: &random))
    let lengths = [0, 10, 12, 16, 32, 60, 1500, 65535, Int(UInt32.max)]
    guest.describe(
      i, table: table, address, lengths[Int.random(in: 0..<lengths.count, using: &random)],
      UInt16.random(in: 0...8, using: &random), next: UInt16.random(in: 0...17, using: &random))
  }
}
