import CDPDKShim
import Fields
import Testing

@testable import Datapath

/// What workers report for the self-check.
@Suite(.serialized) struct SampleTests {
  @Test func periodsFollowWhatIsTaken() {
    var ring = SampleRing()
    defer { ring.destroy() }
    for _ in 0..<20 {
      while let place = ring.reserve() {
        place.initialize(to: HitSample(flow: 1, key: FlowKey()))
        ring.publish()
      }
      ring.adapt()
    }
    #expect(ring.period == SampleRing.periods.upperBound)
    while ring.take() != nil {}
    for _ in 0..<20 { ring.adapt() }
    #expect(ring.period == SampleRing.periods.lowerBound)
  }

  /// One packet of 16 bursts, with its own key and the number of the flow that it hit.
  @Test func hitsAreReported() throws {
    let handles = Handles()
    var mask = FlowMask()
    mask.tpDst = .max
    let bed = try TestBed(ports: 2) { [mask] datapath, miss in
      if let handle = datapath.answer(miss, mask: mask, actions: [.output(2)]) {
        handles.add(handle)
      }
    }
    defer { bed.finish() }
    for round: UInt16 in 0..<400 {
      let udp = Frames.udp(1000 + round, round % 3)
      let frame = Frames.ethernet(type: 0x0800, Frames.ipv4(proto: 17, udp))
      #expect(bed.ports[1]?.receive(frame) == true)
      bed.datapath.quiesce()
    }
    let samples = bed.datapath.takeSamples(max: 100)
    #expect(samples.count >= 16 && samples.count <= 48)
    // Not one destination in three, which comes in turns.
    #expect(Set(samples.map(\.key.tpDst)).count == 3)
    for sample in samples {
      let flow = try #require(handles.all.first { $0.number == sample.flow })
      #expect(flow.key == sample.key & flow.mask)
      #expect(sample.key.tpSrc >= 1000)
    }
    #expect(Set(samples.map(\.key.tpSrc)).count == samples.count)
  }

  /// A packet behind a gate is reported with both keys and the flow behind the gate.
  @Test func deepHitsAreReported() throws {
    let handles = Handles()
    var deepMask = DeepKey()
    deepMask.dpHash = .max
    let bed = try TestBed(ports: 2) { [deepMask] datapath, miss in
      if let handle = datapath.answer(
        miss, mask: FlowMask(), deepMask: deepMask, actions: [.output(2)])
      {
        handles.add(handle)
      }
    }
    defer { bed.finish() }
    let frame = Frames.ethernet(type: 0x0800, Frames.ipv4(proto: 17, Frames.udp(1, 2)))
    for _ in 0..<40 {
      #expect(bed.ports[1]?.receive(frame) == true)
      bed.datapath.quiesce()
    }
    let samples = bed.datapath.takeSamples(max: 100)
    #expect(!samples.isEmpty)
    #expect(samples.allSatisfy { $0.flow == handles.all.first?.number && $0.key.tpDst == 2 })
  }
}
