import Fields
import Testing

@testable import Datapath

@Suite struct MaskQuotaTests {
  private let place = MaskQuota.Place(worker: 1, port: 1)

  private func masks(_ n: Int) -> MaskQuota.Masks {
    var mask = FlowMask()
    mask.tpDst = UInt16(n)
    return MaskQuota.Masks(plain: mask, deep: DeepKey())
  }

  @Test func newMasksBeyondTheLimitBecomeExact() {
    let quota = MaskQuota()
    let uses = (0...MaskQuota.limit).map { quota.reserve(masks($0), at: place) }
    for n in 0..<MaskQuota.limit { #expect(uses[n].masks == masks(n)) }
    #expect(uses[MaskQuota.limit].masks == masks(MaskQuota.limit).exact)
    // Masks that are there may be used, and other ports have their own.
    let again = quota.reserve(masks(7), at: place)
    #expect(again === uses[7] && quota.reserve(masks(7), at: place) === again)
    #expect(
      quota.reserve(masks(9999), at: MaskQuota.Place(worker: 1, port: 2)).masks == masks(9999))
    // A mask goes with its last flow.
    for _ in 0..<2 { quota.release(uses[7]) }
    let refused = quota.reserve(masks(9999), at: place)
    #expect(refused.masks == masks(9999).exact)
    for use in [uses[7], uses[MaskQuota.limit], refused] { quota.release(use) }
    #expect(quota.reserve(masks(9999), at: place).masks == masks(9999))
  }

  /// Packets that each bring a mask of their own: the port's classifier stays small, all packets
  /// arrive, and flows that go make room.
  @Test func anExplosionIsContained() throws {
    let bed = try TestBed(ports: 2) { datapath, miss in
      var mask = FlowMask()
      mask.ipv4Src = 0xffff_ffff
      // As many masks as there are packets.
      mask.tpDst = miss.key.tpDst
      _ = datapath.answer(miss, mask: mask, actions: [.output(2)])
    }
    defer { bed.finish() }
    for n in 1...1000 {
      let frame = Frames.ethernet(
        type: 0x0800, Frames.ipv4(src: UInt32(n), proto: 17, Frames.udp(1000, UInt16(n))))
      #expect(bed.ports[1]?.receive(frame) == true)
      if n % 50 == 0 { #expect(bed.datapath.quiesce()) }
    }
    #expect(bed.datapath.quiesce())
    #expect(bed.ports[2]?.takeTransmitted().count == 1000)
    let worker = try #require(bed.datapath.thread(0)).worker
    let classifier = try #require(worker.pointee.ports[1]).pointee.classifier
    #expect(classifier.count == MaskQuota.limit + 1)
    // The dearest packet is one that no flow matches: it is looked for in every table, once.
    let before = bed.datapath.workers[0].counters
    #expect(bed.ports[1]?.receive(Frames.ethernet(type: 0x88b5, [])) == true)
    #expect(bed.datapath.quiesce())
    let after = bed.datapath.workers[0].counters
    #expect(after.misses == before.misses + 1)
    #expect(after.megaflowLookups == before.megaflowLookups + UInt64(MaskQuota.limit + 1))
  }
}
