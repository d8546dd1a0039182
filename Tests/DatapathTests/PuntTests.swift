import Fields
import Glibc
import TestSupport
import Testing

@testable import Datapath

/// Packets for the control side.
@Suite(.serialized)
struct PuntTests {
  private static func execute(
    _ bed: TestBed, _ frame: [UInt8], inPort: PortNumber = 1, _ actions: [DatapathAction]
  ) {
    frame.withUnsafeBytes { bed.datapath.execute($0, inPort: inPort, actions: actions) }
    bed.datapath.waitForMailboxes()
  }

  @Test func packetsAreCopiedAsTheyAreAtTheAction() throws {
    let bed = try TestBed(ports: 2) { datapath, miss in datapath.discard(miss) }
    defer { bed.finish() }
    let frame = (0..<1500).map { UInt8(truncatingIfNeeded: $0 * 7) }
    var set = DatapathAction.MaskedEthernet()
    (set.dst, set.dstMask) = (EthernetAddress(0x0102_0304_0506), .broadcast)
    Self.execute(
      bed, frame,
      [.userspace(7), .setEthernet(set), .userspace(8), .output(2), .setEthernet(.init())])
    let punts = try #require(bed.datapath.takePunts(max: 10))
    #expect(punts.map(\.number) == [7, 8])
    #expect(punts.allSatisfy { $0.inPort == 1 })
    #expect(punts.first?.bytes == frame)
    #expect(punts.last?.bytes == [1, 2, 3, 4, 5, 6] + frame[6...])
    #expect(
      bed.ports[2]?.takeTransmitted().first.map { Array($0.prefix(6)) } == [1, 2, 3, 4, 5, 6])
    // A punt at the end is no drop.
    Self.execute(bed, frame, [.output(2), .userspace(9)])
    #expect(bed.datapath.takePunts(max: 10)?.map(\.number) == [9])
    #expect(bed.datapath.counters(1)[.dropAction] == 0)
  }

  @Test func aFloodLosesOnlyItsOwn() throws {
    let bed = try TestBed(ports: 3) { datapath, miss in datapath.discard(miss) }
    defer { bed.finish() }
    let frame = [UInt8](repeating: 5, count: 1400)
    // Nobody takes punts: the ring fills up to port 1's share.
    for _ in 0..<2000 {
      frame.withUnsafeBytes { bed.datapath.execute($0, inPort: 1, actions: [.userspace(1)]) }
    }
    bed.datapath.waitForMailboxes()
    let lost = bed.datapath.counters(1)[.userspaceActionError]
    #expect(lost > 1000 && lost < 2000)
    for _ in 0..<50 {
      Self.execute(bed, frame, inPort: 2, [.userspace(2), .output(3)])
    }
    #expect(bed.datapath.counters(2)[.userspaceActionError] == 0)
    #expect(bed.ports[3]?.takeTransmitted().count == 50)
    // The ports take turns.
    let first = try #require(bed.datapath.takePunts(max: 20))
    #expect(first.filter { $0.inPort == 2 }.count == 10)
    var rest: [Punt] = []
    while rest.count + first.count < 2050 - Int(lost) {
      rest += try #require(bed.datapath.takePunts(max: 64))
    }
    #expect(rest.filter { $0.inPort == 2 }.count == 40)
    #expect((first + rest).allSatisfy { $0.bytes == frame && $0.number == UInt32($0.inPort) })
  }

  /// Records of all lengths, through many rounds of the ring.
  @Test func theRingKeepsOrderAndBytes() throws {
    let bed = try TestBed(ports: 1) { datapath, miss in datapath.discard(miss) }
    defer { bed.finish() }
    var g = SplitMix(seed: 3)
    var number: UInt32 = 0
    for _ in 0..<60 {
      var sent: [Punt] = []
      for _ in 0..<Int.random(in: 1...40, using: &g) {
        number += 1
        let bytes = (0..<Int.random(in: 14...1900, using: &g)).map { _ in
          UInt8(truncatingIfNeeded: g.next())
        }
        sent.append(Punt(number: number, inPort: 1, bytes: bytes))
        bytes.withUnsafeBytes {
          bed.datapath.execute($0, inPort: 1, actions: [.userspace(number)])
        }
      }
      bed.datapath.waitForMailboxes()
      var got: [Punt] = []
      while got.count < sent.count { got += try #require(bed.datapath.takePunts(max: 16)) }
      #expect(got.map(\.number) == sent.map(\.number))
      #expect(got.map(\.bytes) == sent.map(\.bytes))
    }
    #expect(bed.datapath.counters(1)[.userspaceActionError] == 0)
  }

  @Test func shutdownEndsTheReader() throws {
    let bed = try TestBed(ports: 1) { datapath, miss in datapath.discard(miss) }
    let reader = UnsafeMutablePointer<pthread_t>.allocate(capacity: 1)
    reader.initialize(to: pthread_t())
    defer { reader.deallocate() }
    pthread_create(
      reader, nil,
      { argument in
        while Unmanaged<Datapath>.fromOpaque(argument!).takeUnretainedValue().takePunts(max: 1)
          != nil
        {}
        return nil
      }, Unmanaged.passUnretained(bed.datapath).toOpaque())
    usleep(1000)
    bed.finish()
    pthread_join(reader.pointee, nil)
  }
}
