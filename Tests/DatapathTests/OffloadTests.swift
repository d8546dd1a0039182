import CDPDKShim
import Fields
import TestSupport
import Testing

@testable import Datapath

/// Packets that somebody left unfinished, on a running datapath whose ports take only finished ones: what
/// comes out must be what comes out for the finished packets.
@Suite(.serialized)
struct OffloadTests {
  typealias LongPacket = FrameSegmenterTests.LongPacket

  static func execute(
    _ bed: TestBed, _ frame: [UInt8], _ actions: [DatapathAction], request: Int? = nil
  ) {
    frame.withUnsafeBytes {
      bed.datapath.execute($0, inPort: 1, actions: actions) { packet in
        guard let request else { return }
        pb_mbuf_request(packet, UInt32(request))
        pb_requests_note()
      }
    }
    bed.datapath.waitForMailboxes()
  }

  /// What each port got since the last call, in no order: a packet that goes to a port twice goes there as
  /// a whole, and then again.
  private func outputs(_ bed: TestBed) -> [[[UInt8]]] {
    (PortNumber(2)...4).map {
      (bed.ports[$0]?.takeTransmitted() ?? []).sorted { $0.lexicographicallyPrecedes($1) }
    }
  }

  /// Actions that do the same to a packet as to each of its segments.
  private func actions(_ proto: UInt8, _ g: inout SplitMix) -> [DatapathAction] {
    func suits(_ action: DatapathAction) -> Bool {
      switch action {
      case .truncate, .checkPacketLength, .pushMPLS, .popMPLS, .setMPLS: false
      case .clone(let list), .sample(_, let list): list.allSatisfy(suits)
      default: true
      }
    }
    var list: [DatapathAction] = []
    while list.count < 6 {
      let action = InterpreterTests.action(proto, &g)
      if suits(action) { list.append(action) }
    }
    // One label, which says that it is the last.
    if Bool.random(using: &g) {
      list.insert(
        .pushMPLS(etherType: 0x8847, lse: 0x12_3140), at: Int.random(in: 0...6, using: &g))
    }
    return list + [.output(3)]
  }

  @Test func programsDoToLongPacketsWhatTheyDoToSegments() throws {
    let bed = try TestBed(ports: 4) { datapath, miss in datapath.discard(miss) }
    defer { bed.finish() }
    var g = SplitMix(seed: 21)
    for round in 0..<300 {
      var packet = LongPacket.random(&g, longest: round % 10 == 0 ? 40_000 : 4000)
      packet.vlan = nil
      let program = actions(packet.isTCP ? 6 : 17, &g)
      for segment in packet.expected { Self.execute(bed, segment, program) }
      let expected = outputs(bed)
      let whole = packet.frame(packet.payload, segment: nil, isLast: true)
      // Whatever the checksum's field holds.
      Self.execute(bed, whole, program, request: packet.size)
      let isEqual = outputs(bed) == expected
      #expect(isEqual, "round \(round) \(program) \(packet.expected.count) segments")
      if !isEqual { return }
    }
    let counters = (PortNumber(1)...4).map { bed.datapath.counters($0) }
    #expect(counters.allSatisfy { $0[.txInvalidOffload] == 0 && $0[.noBuffer] == 0 })
    #expect(counters[2].segmented > 100)
  }

  /// Packets and bytes are those of the segments.
  @Test func segmentsAreCounted() throws {
    let bed = try TestBed(ports: 2) { datapath, miss in datapath.discard(miss) }
    defer { bed.finish() }
    var g = SplitMix(seed: 22)
    var packet = LongPacket.random(&g)
    packet.payload = [UInt8](repeating: 3, count: 60_000)
    packet.size = 1000
    let whole = packet.frame(packet.payload, segment: nil, isLast: true)
    Self.execute(bed, whole, [.output(2)], request: 1000)
    let got = try #require(bed.ports[2]).takeTransmitted()
    let counters = bed.datapath.counters(2)
    #expect(got.count == 60 && counters.txPackets == 60 && counters.segmented == 1)
    #expect(counters.txBytes == got.reduce(0) { $0 + UInt64($1.count) })
  }

  @Test func checksumsAreCompleted() throws {
    let bed = try TestBed(ports: 2) { datapath, miss in datapath.discard(miss) }
    defer { bed.finish() }
    var g = SplitMix(seed: 23)
    let (a, b): (UInt32, UInt32) = (0x0a00_0001, 0x0a00_0002)
    for count in 0..<40 {
      let payload = (0..<count).map { _ in InterpreterTests.random(&g) as UInt8 }
      var sctp = Frames.word(1) + Frames.word(2) + Frames.long(3) + Frames.long(0) + payload
      let sum = sctp.withUnsafeBytes { pb_crc32c($0.baseAddress, UInt32($0.count)) }
      withUnsafeBytes(of: sum) { sctp.replaceSubrange(8..<12, with: Array($0)) }
      let bodies: [(UInt8, Int, [UInt8])] = [
        (6, 16, Frames.tcp(pseudo: Frames.pseudo(a, b, 6, 20 + count), payload)),
        (17, 6, Frames.udp(pseudo: Frames.pseudo(a, b, 17, 8 + count), payload)),
        (132, 8, sctp),
      ]
      for (proto, field, body) in bodies {
        var unfinished = body
        unfinished[field] = 0x55
        let tags: [(UInt16, UInt16)] = count % 2 == 0 ? [] : [(0x88a8, 5), (0x8100, 6)]
        func frame(_ body: [UInt8]) -> [UInt8] {
          // With the padding of short frames.
          Frames.ethernet(
            tags: tags, type: 0x0800, Frames.ipv4(src: a, dst: b, proto: proto, body) + [9, 9, 9])
        }
        Self.execute(bed, frame(unfinished), [.output(2)], request: 0)
        #expect(bed.ports[2]?.takeTransmitted() == [frame(body)], "\(proto) \(count)")
      }
    }
    #expect(bed.datapath.counters(2).checksums == 120)
  }

  /// A port takes a long packet whose segments it takes, and no other.
  @Test func lengthIsThatOfSegments() throws {
    let bed = try TestBed(ports: 4) { datapath, miss in datapath.discard(miss) }
    defer { bed.finish() }
    var g = SplitMix(seed: 24)
    var packet = LongPacket.random(&g)
    packet.payload = [UInt8](repeating: 3, count: 30_000)
    packet.size = 1400
    let whole = packet.frame(packet.payload, segment: nil, isLast: true)
    let longest = packet.expected[0].count - (packet.vlan == nil ? 0 : 4)
    bed.datapath.setMaximumFrameLength(2, longest)
    bed.datapath.setMaximumFrameLength(3, longest - 1)
    Self.execute(bed, whole, [.output(2), .output(3)], request: 1400)
    #expect(bed.datapath.counters(2).txPackets == 22)
    #expect(bed.datapath.counters(3).txPackets == 0 && bed.datapath.counters(3)[.txTooLong] == 1)
    func check(_ limit: Int) -> DatapathAction {
      .checkPacketLength(UInt16(limit), greater: [.output(4)], lessOrEqual: [])
    }
    Self.execute(bed, whole, [check(longest), .output(2)], request: 1400)
    #expect(bed.datapath.counters(4).txPackets == 0)
    Self.execute(bed, whole, [check(longest - 1), .output(2)], request: 1400)
    #expect(bed.datapath.counters(4).txPackets == 22)
  }

  /// Controllers and mirrors of a few bytes get what would be on a wire.
  @Test func copiesAreFinished() throws {
    let bed = try TestBed(ports: 2) { datapath, miss in datapath.discard(miss) }
    defer { bed.finish() }
    var g = SplitMix(seed: 25)
    for _ in 0..<20 {
      var packet = LongPacket.random(&g)
      packet.vlan = nil
      let whole = packet.frame(packet.payload, segment: nil, isLast: true)
      Self.execute(bed, whole, [.userspace(7), .output(2)], request: packet.size)
      let punts = try #require(bed.datapath.takePunts(max: 1000))
      #expect(punts.map(\.bytes) == packet.expected)
      // As one packet, of which the first bytes are sent.
      packet.size = packet.payload.count
      let finished = packet.expected[0]
      Self.execute(bed, whole, [.truncate(100), .output(2)], request: 48)
      #expect(bed.ports[2]?.takeTransmitted().last == Array(finished.prefix(100)))
    }
  }

  /// Any bytes, any sizes, any actions: nothing crashes, and bad requests are dropped by their name.
  @Test func badRequestsAreDroppedByName() throws {
    let bed = try TestBed(ports: 4) { datapath, miss in datapath.discard(miss) }
    defer { bed.finish() }
    var g = SplitMix(seed: 26)
    let arp = Frames.ethernet(type: 0x0806, [UInt8](repeating: 0, count: 46))
    for request in [0, 1, 500] { Self.execute(bed, arp, [.output(2)], request: request) }
    let tcp = Frames.ethernet(
      type: 0x0800, Frames.ipv4(proto: 6, Frames.tcp(pseudo: [], [UInt8](repeating: 1, count: 900)))
    )
    // Sizes that would make too many of one; a piece of a packet; lengths that are wrong.
    Self.execute(bed, tcp, [.output(2)], request: 1)
    for (place, byte) in [(20, 0x20), (21, 1), (16, 0x10), (14, 0x41), (46, 0xf0), (14, 0x65)]
      as [(Int, UInt8)]
    {
      var bad = tcp
      bad[place] = byte
      Self.execute(bed, Array(bad.prefix(70)), [.output(2)], request: 500)
    }
    #expect(bed.datapath.counters(2)[.txInvalidOffload] == 10)
    #expect(bed.datapath.counters(2).txPackets == 0 && bed.datapath.counters(2).txBytes == 0)

    for _ in 0..<3000 {
      let packet = LongPacket.random(&g, longest: 400)
      var frame = packet.frame(packet.payload, segment: nil, isLast: true)
      for _ in 0..<2 {
        frame[Int.random(in: 12..<frame.count, using: &g)] = InterpreterTests.random(&g)
      }
      if Bool.random(using: &g) { frame.removeLast(Int.random(in: 0..<frame.count, using: &g)) }
      let list = (0..<4).map { _ in InterpreterTests.action(packet.isTCP ? 6 : 17, &g) }
      Self.execute(bed, frame, list, request: Int.random(in: 0...200, using: &g))
    }
    for port in bed.ports.values { _ = port.takeTransmitted() }
  }
}
