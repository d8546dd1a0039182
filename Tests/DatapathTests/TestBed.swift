import CDPDKShim
import Fields
import Glibc

@testable import Datapath

/// A datapath with dummy ports and a translator of its own, without privileges or hugepages.
final class TestBed {
  let datapath: Datapath
  private(set) var ports: [PortNumber: DummyPort] = [:]
  private var translator = pthread_t()
  private let answer: (Datapath, Miss) -> Void

  /// Starts `ports` dummy ports, numbered from 1, and a thread that gives every miss to `answer`.
  init(
    ports count: Int, configuration: DatapathConfiguration? = nil,
    answer: @escaping (Datapath, Miss) -> Void
  ) throws {
    try EAL.initialize()
    var c = configuration ?? DatapathConfiguration()
    c.hugepages = false
    datapath = try Datapath(c)
    self.answer = answer
    for number in 1...PortNumber(count) {
      let port = try DummyPort()
      ports[number] = port
      try datapath.attach(number, name: "p\(number)", source: .dummy(port))
    }
    let this = Unmanaged.passRetained(Translator(datapath, answer)).toOpaque()
    pthread_create(
      &translator, nil,
      { argument in
        Unmanaged<Translator>.fromOpaque(argument!).takeRetainedValue().run()
        return nil
      }, this)
  }

  /// Ends all threads.
  func finish() {
    datapath.shutdown()
    pthread_join(translator, nil)
  }

  private final class Translator {
    let datapath: Datapath
    let answer: (Datapath, Miss) -> Void
    init(_ datapath: Datapath, _ answer: @escaping (Datapath, Miss) -> Void) {
      (self.datapath, self.answer) = (datapath, answer)
    }
    func run() {
      while let misses = datapath.takeMisses(max: 8) {
        for miss in misses { answer(datapath, miss) }
      }
    }
  }
}

/// A seeded generator (SplitMix64): tests are the same on every run.
struct Seeded: RandomNumberGenerator {
  var state: UInt64
  init(_ seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
