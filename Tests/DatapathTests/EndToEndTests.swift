import Datapath
import Fields
import Glibc
import TestSupport
import Testing

/// Packets through a whole datapath: event worker, misses, answers, dummy ports.
@Suite(.serialized)
struct EndToEndTests {
  /// A UDP frame that carries a number.
  static func frame(port: UInt16 = 53, number: UInt16 = 0) -> [UInt8] {
    let udp = Frames.udp(1000, port, Frames.word(number))
    return Frames.ethernet(type: 0x0800, Frames.ipv4(proto: 17, udp))
  }

  @Test func missIsAnsweredAndLaterPacketsHitTheFlow() throws {
    let bed = try TestBed(ports: 2) { datapath, miss in
      _ = datapath.answer(miss, mask: FlowMask(), actions: [.output(2)])
    }
    defer { bed.finish() }
    let frame = Self.frame()
    #expect(bed.ports[1]!.receive(frame))
    #expect(bed.datapath.quiesce())
    #expect(bed.ports[2]!.takeTransmitted() == [frame])
    for _ in 0..<10 { #expect(bed.ports[1]!.receive(frame)) }
    #expect(bed.datapath.quiesce())
    #expect(bed.ports[2]!.takeTransmitted().count == 10)
    let worker = bed.datapath.workers[0].counters
    #expect(worker.misses == 1)
    #expect(worker.packetsReceived == 11)
    #expect(worker.cacheHits + worker.megaflowHits == 10)
    #expect(worker.flows == 1 && worker.masks == 1)
    #expect(bed.datapath.counters(1).rxPackets == 11)
    #expect(bed.datapath.counters(1).rxBytes == UInt64(11 * frame.count))
    #expect(bed.datapath.counters(2).txPackets == 11)
    #expect(bed.datapath.counters(2).txBytes == UInt64(11 * frame.count))
  }

  /// However late answers come and in which order: packets of a key leave in order of arrival.
  @Test func noPacketOvertakesAnotherOfItsKey() throws {
    var mask = FlowMask()
    mask.tpDst = .max
    let bed = try TestBed(ports: 2) { datapath, miss in
      if miss.key.tpDst % 3 == 0 { usleep(300) }
      _ = datapath.answer(miss, mask: mask, actions: [.output(2)], install: miss.key.tpDst % 4 != 1)
    }
    defer { bed.finish() }
    var g = SplitMix(seed: 5)
    var sent: [UInt16: [UInt16]] = [:]
    var got: [UInt16: [UInt16]] = [:]
    for number in 0..<UInt16(800) {
      let port = UInt16.random(in: 1...20, using: &g)
      sent[port, default: []].append(number)
      while !bed.ports[1]!.receive(Self.frame(port: port, number: number)) { usleep(50) }
      if number % 50 == 0 { usleep(200) }
    }
    #expect(bed.datapath.quiesce())
    for frame in bed.ports[2]!.takeTransmitted() {
      let port = UInt16(frame[36]) << 8 | UInt16(frame[37])
      got[port, default: []].append(UInt16(frame[42]) << 8 | UInt16(frame[43]))
    }
    #expect(got == sent)
  }

  @Test func oneQuestionPerKeyAndOneFlowPerMegaflow() throws {
    let asked = Counter()
    let bed = try TestBed(ports: 2) { datapath, miss in
      asked.increment()
      usleep(2000)
      _ = datapath.answer(miss, mask: FlowMask(), actions: [.output(2)])
    }
    defer { bed.finish() }
    for _ in 0..<5 {
      for port in UInt16(1)...4 { _ = bed.ports[1]!.receive(Self.frame(port: port)) }
    }
    #expect(bed.datapath.quiesce())
    #expect(bed.ports[2]!.takeTransmitted().count == 20)
    #expect(asked.value <= 4)
    bed.datapath.waitForMailboxes()
    #expect(bed.datapath.workers[0].counters.flows == 1)
  }

  @Test func handlesTellStateAndStatistics() throws {
    let handles = Handles()
    let bed = try TestBed(ports: 3) { datapath, miss in
      if let h = datapath.answer(miss, mask: FlowMask(), actions: [.output(2)]) { handles.add(h) }
    }
    defer { bed.finish() }
    let syn = Frames.ethernet(type: 0x0800, Frames.ipv4(proto: 6, Frames.tcp(flags: 2)))
    let ack = Frames.ethernet(type: 0x0800, Frames.ipv4(proto: 6, Frames.tcp(flags: 16)))
    for frame in [syn, ack, ack] {
      _ = bed.ports[1]!.receive(frame)
      #expect(bed.datapath.quiesce())
    }
    let flow = try #require(handles.all.first)
    #expect(flow.state == .installed)
    #expect(flow.statistics.packets == 3 && flow.statistics.bytes == UInt64(3 * syn.count))
    #expect(flow.statistics.tcpFlags == 18 && flow.statistics.used > 0)
    bed.datapath.changeActions(flow, Array(repeating: .output(3), count: 7))
    _ = bed.ports[1]!.receive(ack)
    bed.datapath.waitForMailboxes()
    #expect(bed.datapath.quiesce())
    #expect(bed.ports[3]!.takeTransmitted().count == 7)
    bed.datapath.removeFlows([flow])
    bed.datapath.waitForMailboxes()
    #expect(flow.state == .removed && flow.statistics.packets == 4)
    #expect(bed.datapath.workers[0].counters.flows == 0)
    // The cache still points to the slot: the next packet must miss.
    _ = bed.ports[1]!.receive(ack)
    #expect(bed.datapath.quiesce())
    #expect(handles.all.count == 2)
  }

  @Test func detachingAPortRemovesItsFlowsAndDropsOutputsToIt() throws {
    let handles = Handles()
    let bed = try TestBed(ports: 3) { datapath, miss in
      let actions: [DatapathAction] = [.output(2), .output(3)]
      if let h = datapath.answer(miss, mask: FlowMask(), actions: actions) { handles.add(h) }
    }
    defer { bed.finish() }
    _ = bed.ports[1]!.receive(Self.frame())
    #expect(bed.datapath.quiesce())
    bed.datapath.detach(2)
    _ = bed.ports[1]!.receive(Self.frame())
    #expect(bed.datapath.quiesce())
    #expect(bed.ports[3]!.takeTransmitted().count == 2)
    #expect(bed.datapath.workers[0].drops[DropReason.noSuchPort.rawValue] == 1)
    bed.datapath.detach(1)
    #expect(handles.all.first?.state == .removed)
    #expect(handles.all.first?.statistics.packets == 2)
  }

  @Test func aStormOfMissesIsBoundedAndCounted() throws {
    var c = DatapathConfiguration()
    (c.maxParkedPerPort, c.maxMissesPerPort) = (40, 10)
    let gate = Counter()
    let bed = try TestBed(ports: 3, configuration: c) { datapath, miss in
      while gate.value == 0 { usleep(100) }
      _ = datapath.answer(miss, mask: .allPorts, actions: [.output(3)])
    }
    defer { bed.finish() }
    for i in 0..<UInt16(100) { _ = bed.ports[1]!.receive(Self.frame(port: i)) }
    _ = bed.ports[2]!.receive(Self.frame())
    _ = bed.ports[2]!.receive([1, 2, 3])
    usleep(20_000)
    gate.increment()
    #expect(bed.datapath.quiesce())
    #expect(bed.datapath.counters(1)[.upcallParkedLimit] == 90)
    #expect(bed.datapath.counters(2)[.upcallParkedLimit] == 0)
    #expect(bed.datapath.counters(2)[.rxInvalidPacket] == 1)
    #expect(bed.ports[3]!.takeTransmitted().count == 11)
    #expect(bed.datapath.workers[0].counters.lost == 90)
  }

  @Test func virtualTimeStampsFlows() throws {
    let word = UnsafeMutablePointer<Int64>.allocate(capacity: 1)
    defer { word.deallocate() }
    word.pointee = 12_345
    let handles = Handles()
    let bed = try TestBed(ports: 2, configuration: DatapathConfiguration(clockWord: word)) {
      if let h = $0.answer($1, mask: FlowMask(), actions: []) { handles.add(h) }
    }
    defer { bed.finish() }
    _ = bed.ports[1]!.receive(Self.frame())
    #expect(bed.datapath.quiesce())
    #expect(handles.all.first?.statistics.used == 12_345)
    #expect(bed.datapath.counters(1)[.dropAction] == 1)
    word.pointee = 20_000
    _ = bed.ports[1]!.receive(Self.frame())
    #expect(bed.datapath.quiesce())
    #expect(handles.all.first?.statistics.used == 20_000)
  }

  @Test func tooLongFramesAreNotSent() throws {
    let bed = try TestBed(ports: 2) { $0.discard($1) }
    defer { bed.finish() }
    bed.datapath.setMaximumFrameLength(2, 100)
    for size in [100, 101] {
      [UInt8](repeating: 0, count: size).withUnsafeBytes {
        bed.datapath.execute($0, inPort: 1, actions: [.output(2)])
      }
    }
    bed.datapath.waitForMailboxes()
    #expect(bed.ports[2]!.takeTransmitted().map(\.count) == [100])
    #expect(bed.datapath.counters(2)[.txTooLong] == 1)
  }
}

extension FlowKey {
  /// Matches the UDP ports.
  static var allPorts: FlowMask {
    var m = FlowMask()
    m.tpDst = .max
    return m
  }
}

/// A number that two threads share.
final class Counter {
  private var n = 0
  private var lock = pthread_mutex_t()
  var value: Int { locked { n } }
  func increment() { locked { n += 1 } }
  private func locked<T>(_ body: () -> T) -> T {
    pthread_mutex_lock(&lock)
    defer { pthread_mutex_unlock(&lock) }
    return body()
  }
}

/// Flow handles that a translator made.
final class Handles {
  private var handles: [FlowHandle] = []
  private var lock = pthread_mutex_t()
  var all: [FlowHandle] {
    pthread_mutex_lock(&lock)
    defer { pthread_mutex_unlock(&lock) }
    return handles
  }
  func add(_ handle: FlowHandle) {
    pthread_mutex_lock(&lock)
    handles.append(handle)
    pthread_mutex_unlock(&lock)
  }
}
