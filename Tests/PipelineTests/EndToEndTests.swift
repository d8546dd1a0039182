import Datapath
import Dispatch
import Fields
import Testing

@testable import Pipeline

/// The pipeline on the real datapath, with its flow caches and threads, against the naive
/// interpreter: frame by frame, the same frames come out of the same ports.
@Suite(.serialized) struct EndToEndTests {
  /// Bridges of `RandomWorld`, their ports being dummy ports of a datapath.
  private final class Bed {
    var world: RandomWorld
    let datapath: Datapath
    var ports: [PortNumber: DummyPort] = [:]

    init(seed: UInt64) throws {
      try EAL.initialize()
      var configuration = DatapathConfiguration()
      configuration.hugepages = false
      let datapath = try Datapath(configuration)
      self.datapath = datapath
      world = RandomWorld(seed: seed, datapath: datapath)
      for number in world.ports {
        let port = try DummyPort()
        ports[number] = port
        try datapath.attach(number, name: "p\(number)", source: .dummy(port))
      }
      world.s.pipeline.megaflows.start(translators: 2)
    }

    deinit {
      world.s.pipeline.megaflows.stop()
      datapath.shutdown()
    }

    /// What comes out when `bytes` come in, by port.
    func outputs(of bytes: [UInt8], at port: PortNumber) -> [PortNumber: [[UInt8]]] {
      #expect(ports[port]?.receive(bytes) == true)
      #expect(datapath.quiesce())
      return ports.mapValues { $0.takeTransmitted() }.filter { !$0.value.isEmpty }
    }

    func settle() {
      let done = DispatchSemaphore(value: 0)
      world.s.pipeline.waitUntilApplied { done.signal() }
      done.wait()
    }
  }

  @Test(arguments: [1, 2, 3, 5, 8, 13]) func cachesAgreeWithTheInterpreter(seed: Int) throws {
    let bed = try Bed(seed: UInt64(seed) + 100)
    for round in 0..<3 {
      for _ in 0..<60 {
        let wanted = bed.world.randomKey()
        let bytes = frame(wanted)
        let key = PacketParser.parse(bytes, inPort: wanted.inPort)
        guard let port = bed.world.s.pipeline.port(datapathPort: key.inPort) else { continue }
        // Addresses learned by earlier packets count at once, so let megaflows catch up.
        bed.settle()
        var naive = NaiveInterpreter()
        naive.run(key, at: port)
        let got = bed.outputs(of: bytes, at: key.inPort)
        let want = Dictionary(grouping: naive.departures, by: \.port).mapValues(\.count)
        let text = DatapathFlowText.format(key, mask: bed.world.exact)
        #expect(got.mapValues(\.count) == want, "seed \(seed): \(text)\n\(bed.world.description)")
        for departure in naive.departures where departure.innerTags.isEmpty {
          let keys = got[departure.port, default: []].map { PacketParser.parse($0, inPort: 0) }
          #expect(keys.contains(departure.key), "seed \(seed): \(text)\n\(bed.world.description)")
        }
      }
      // Then with other flows.
      if round < 2 { bed.world.changeFlows() }
    }
  }
}
