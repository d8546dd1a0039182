import CDPDKShim
import Fields
import Testing

@testable import Datapath

/// Which queue a worker sends on, and what becomes of packets when there is none.
@Suite struct VhostDeviceTests {
  private func rings(_ on: Set<Int>) -> [Bool] { (0..<Int(PB_VHOST_RINGS)).map(on.contains) }

  @Test func lanesSendOnTheirOwnQueueOrOnOneThatIsOn() {
    let device = VhostDevice.create()
    defer { VhostDevice.destroy(device) }
    #expect(device.pointee.queue(ofLane: 0) == nil)
    device.pointee.setRings(rings([0, 4]))
    #expect(device.pointee.queue(ofLane: 0) == 0)
    #expect(device.pointee.queue(ofLane: 2) == 2)
    // The others are spread over both.
    #expect(Set([1, 3, 4, 5].compactMap { device.pointee.queue(ofLane: $0) }) == [0, 2])
    // A receive ring is no queue to send on.
    device.pointee.setRings(rings([1, 3]))
    #expect((0..<VhostDevice.lanes).allSatisfy { device.pointee.queue(ofLane: $0) == nil })
  }

  /// A port without a guest: what is sent to it is counted under its name, and freed.
  @Test func packetsForNobodyAreCountedAsSuch() throws {
    let bed = try TestBed(ports: 1) { datapath, miss in
      _ = datapath.answer(miss, mask: FlowMask(), actions: [.output(2)])
    }
    defer { bed.finish() }
    let port = VhostPort(.init(path: "", isClient: true))
    try port.setFrameLength(1526)
    try bed.datapath.attach(2, name: "vm", source: .vhost(port))
    for _ in 0..<50 {
      #expect(
        bed.ports[1]!.receive(Frames.ethernet(type: 0x0800, Frames.ipv4(proto: 17, Frames.udp()))))
    }
    #expect(bed.datapath.quiesce())
    let counters = bed.datapath.counters(2)
    #expect(counters[.txGuestDown] == 50 && counters.txDropped == 50)
    #expect(counters.txPackets == 0 && counters.txBytes == 0)
    bed.datapath.detach(2)
  }
}
