import Datapath
import Fields
import Testing

/// Packets through a whole datapath: event worker, misses, answers, dummy ports.
@Suite(.serialized)
struct EndToEndTests {
  static let frame = Frames.ethernet(type: 0x0800, Frames.ipv4(proto: 17, Frames.udp()))

  @Test func missIsAnsweredAndLaterPacketsHitTheFlow() throws {
    let bed = try TestBed(ports: 2) { datapath, miss in
      _ = datapath.answer(miss, mask: FlowMask(), actions: [.output(2)])
    }
    defer { bed.finish() }
    #expect(bed.ports[1]!.receive(Self.frame))
    #expect(bed.datapath.quiesce())
    #expect(bed.ports[2]!.takeTransmitted() == [Self.frame])
    for _ in 0..<10 { #expect(bed.ports[1]!.receive(Self.frame)) }
    #expect(bed.datapath.quiesce())
    #expect(bed.ports[2]!.takeTransmitted().count == 10)
    let worker = bed.datapath.workers[0].counters
    #expect(worker.misses == 1)
    #expect(worker.packetsReceived == 11)
    #expect(worker.cacheHits + worker.megaflowHits == 10)
    #expect(worker.flows == 1)
    #expect(bed.datapath.counters(1).rxPackets == 11)
    #expect(bed.datapath.counters(1).rxBytes == UInt64(11 * Self.frame.count))
    #expect(bed.datapath.counters(2).txPackets == 11)
    #expect(bed.datapath.counters(2).txBytes == UInt64(11 * Self.frame.count))
  }
}
