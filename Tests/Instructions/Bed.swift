import CDPDKShim
import Datapath
import Fields

/// The devices, which all cases share, and a datapath for each case.
final class Bed {
  static let burst = 32
  /// The port that packets come in on, and those that swallow.
  static let input: PortNumber = 1
  static let outputs: [PortNumber] = [2, 3, 4, 5]

  private let kernels: String
  private let source: Source
  private let devices: [UInt16]
  /// The workers' clock, which stands still.
  private let clock: UnsafeMutablePointer<Int64>

  init(kernels: String) throws {
    self.kernels = kernels
    pb_hash_keep_seeds()
    try EAL.initialize()
    let pool = try MempoolRegistry.shared.pool(bufferSize: MempoolRegistry.defaultBufferSize)
    devices = try (0...Bed.outputs.count).map { try Bed.nullDevice("net_null\($0)", pool) }
    source = Source(pool: pool)
    receive(from: source, on: devices[0])
    clock = .allocate(capacity: 1)
    clock.initialize(to: 1_000_000)
  }

  /// A started null device that receives nothing by itself.
  private static func nullDevice(_ name: String, _ pool: OpaquePointer) throws -> UInt16 {
    var id: UInt16 = 0
    var configuration = rte_eth_conf()
    guard rte_dev_probe("\(name),no-rx=1") == 0, rte_eth_dev_get_port_by_name(name, &id) == 0,
      rte_eth_dev_configure(id, 1, 1, &configuration) == 0,
      rte_eth_rx_queue_setup(id, 0, 64, 0, nil, pool) == 0,
      rte_eth_tx_queue_setup(id, 0, 64, 0, nil) == 0, rte_eth_dev_start(id) == 0
    else { fail("no device \(name)") }
    return id
  }

  /// Runs a case on a new worker, and looks whether packets went the way that it is about.
  func run(_ work: Work) throws {
    var configuration = DatapathConfiguration(clockWord: clock)
    configuration.kernels = kernels
    configuration.hugepages = false
    // Time is not to decide what is done in which round.
    configuration.maxCommandMicroseconds = 1_000_000_000
    let datapath = try Datapath(configuration)
    defer { datapath.shutdown() }
    try datapath.setPMDCores([0])
    for (device, number) in zip(devices, [Bed.input] + Bed.outputs) {
      let port = EthdevPort(
        id: device, receiveQueues: number == Bed.input ? 1 : 0, transmitQueues: 1)
      try datapath.attach(number, name: "p\(number)", source: .ethdev(port))
    }
    work.prepare(datapath)
    guard let worker = datapath.workers.last?.id else { fail("no worker") }
    func install(_ flow: (frame: [UInt8], mask: FlowMask), _ actions: [DatapathAction]) {
      let miss = Miss(
        worker: worker, key: PacketParser.parse(flow.frame, inPort: Bed.input), packetLength: 60)
      _ = datapath.answer(miss, mask: flow.mask, actions: actions)
    }
    for flow in work.flows { install(flow, work.actions) }
    for flow in work.drops { install(flow, []) }
    datapath.waitForMailboxes()
    source.start(work) { datapath.workers.last?.counters ?? WorkerCounters() }
    waitForEnd(of: work, datapath)
    check(work)
  }

  /// Answers misses when the worker waits for that, so that they come at the same point every time.
  private func waitForEnd(of work: Work, _ datapath: Datapath) {
    while source.isRunning.load(ordering: .acquiring) {
      guard source.wantsAnswers.load(ordering: .acquiring) else {
        pb_sleep_ns(50_000)
        continue
      }
      var left = Bed.burst
      while left > 0, let misses = datapath.takeMisses(max: left) {
        for miss in misses { _ = datapath.answer(miss, mask: work.mask, actions: work.actions) }
        left -= misses.count
      }
      source.wantsAnswers.store(false, ordering: .releasing)
    }
  }

  private func check(_ work: Work) {
    let (start, end) = source.counted
    let total = UInt64(work.bursts * Bed.burst)
    let ways: [(way: Work.Way, count: UInt64)] = [
      (.cache, end.cacheHits - start.cacheHits), (.tables, end.megaflowHits - start.megaflowHits),
      (.misses, end.misses - start.misses),
    ]
    // By chance a new key may look like another to the cache.
    for (way, count) in ways where way == work.way && count * 100 < total * work.share {
      fail("\(work.name): only \(count) of \(total) packets went through \(way)")
    }
  }
}
