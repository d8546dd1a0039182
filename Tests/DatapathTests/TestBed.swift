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
