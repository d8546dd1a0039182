import Fields
import Glibc
import Testing

@testable import Datapath
@testable import Pipeline

/// The whole packet's path, from a dummy port through parser, caches, misses, translation and action
/// programs to dummy ports, against the naive interpreter: the same frames leave, byte by byte, and in
/// the same order, however flows, ports and learned addresses change between packets.
@Suite(.serialized) struct CachedDatapathTests {
  @Test(arguments: 0..<12) func sameFramesAsTheNaiveInterpreter(seed: Int) throws {
    let bed = try Bed(seed: UInt64(seed) + 100)
    defer { bed.finish() }
    var known: [FlowKey] = []
    for round in 0..<120 {
      if round % 8 == 7 { bed.world.change() }
      let key = round % 3 == 2 ? known[round * 7 % known.count] : bed.world.randomKey()
      known.append(key)
      guard let port = bed.world.s.pipeline.port(datapathPort: key.inPort),
        let translation = bed.world.s.translate(key), translation.error == nil
      else { continue }
      var naive = NaiveInterpreter()
      naive.run(key, at: port)
      let copies = 1 + round % 3
      let got = bed.send(key, payload: [UInt8(round), 1, 2, 3], copies: copies)
      let want = bed.frames(naive.departures, payload: [UInt8(round), 1, 2, 3], copies: copies)
      if got != want {
        Issue.record(
          """
          seed \(seed) round \(round): \(DatapathFlowText.format(key, mask: bed.world.exact)): got \
          \(got), want \(want)
          \(bed.world.description)
          """)
        return
      }
    }
    #expect(bed.cacheWasUsed, "seed \(seed)")
  }

  /// A random world on a real datapath, with one translator.
  private final class Bed {
    var world: RandomWorld
    private let datapath: Datapath
    private var ports: [PortNumber: DummyPort] = [:]
    private var translator = pthread_t()
    private let clock = UnsafeMutablePointer<Int64>.allocate(capacity: 1)

    init(seed: UInt64) throws {
      try EAL.initialize()
      clock.initialize(to: 1_000_000)
      var configuration = DatapathConfiguration(clockWord: clock)
      configuration.hugepages = false
      datapath = try Datapath(configuration)
      world = RandomWorld(seed: seed, in: TestSwitch(sink: datapath))
      for number in world.ports {
        let port = try DummyPort()
        ports[number] = port
        try datapath.attach(number, name: "p\(number)", source: .dummy(port))
      }
      let this = Unmanaged.passUnretained(self).toOpaque()
      pthread_create(
        &translator, nil,
        { argument in
          if let argument { Unmanaged<Bed>.fromOpaque(argument).takeUnretainedValue().translate() }
          return nil
        }, this)
    }

    private func translate() {
      while let misses = datapath.takeMisses(max: 8) {
        for miss in misses { world.s.pipeline.megaflows.handle(miss) }
      }
    }

    func finish() {
      datapath.shutdown()
      pthread_join(translator, nil)
      clock.deallocate()
    }

    /// What leaves where when so many copies of a packet arrive. Afterwards all megaflows are true.
    func send(_ key: FlowKey, payload: [UInt8], copies: Int) -> [PortNumber: [[UInt8]]] {
      let frame = TestFrame.encode(key, payload: payload)
      for _ in 0..<copies { #expect(ports[key.inPort]?.receive(frame) == true) }
      #expect(datapath.quiesce())
      datapath.waitForMailboxes()
      // Twice: the first may learn addresses that other flows depend on.
      for _ in 0..<2 { world.s.pipeline.megaflows.revalidate() }
      datapath.waitForMailboxes()
      return ports.mapValues { $0.takeTransmitted() }.filter { !$0.value.isEmpty }
    }

    func frames(
      _ departures: [Departure], payload: [UInt8], copies: Int
    ) -> [PortNumber: [[UInt8]]] {
      var frames: [PortNumber: [[UInt8]]] = [:]
      for _ in 0..<copies {
        for d in departures where ports[d.port] != nil {
          frames[d.port, default: []].append(
            TestFrame.encode(d.key, innerTags: d.innerTags, payload: payload))
        }
      }
      return frames
    }

    var cacheWasUsed: Bool {
      let counters = datapath.workers[0].counters
      return counters.misses > 0 && counters.cacheHits + counters.megaflowHits > 0
    }
  }
}
