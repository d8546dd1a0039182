import CDPDKShim
import Glibc
import Runtime

/// Where trials run: two ports (or one), the cores, and the memory for flows. Trials run one after the
/// other on the control thread, which waits for the lanes and looks at their counters meanwhile.
final class TrialBed {
  private let traffic: Traffic
  private let source: BenchPort
  private let sink: BenchPort?
  private let cores: CoreRoles
  private let templates: FrameTemplates
  private let columns: UnsafeMutablePointer<UInt64>?
  /// A row of `traffic.flows` for each generator; of the sinks' a table for each of them.
  private let sequences: FlowWords
  private let expected: FlowWords
  private var trials = 0

  init(_ traffic: Traffic, source: BenchPort, sink: BenchPort?, cores: CoreRoles) throws {
    (self.traffic, self.source, self.sink, self.cores) = (traffic, source, sink, cores)
    let generators = cores.generators.count
    sequences = try FlowWords(traffic.flows * generators)
    expected = try FlowWords(sink == nil ? 1 : traffic.flows * generators * cores.sinks.count)
    templates = FrameTemplates(traffic)
    columns = traffic.isZipf ? FlowPicker.makeColumns(flows: traffic.flows) : nil
  }

  deinit {
    templates.destroy()
    columns?.deallocate()
  }

  /// One trial.
  /// - Parameters:
  ///   - rate: packets per second over all generators; nil: as much as the port takes.
  ///   - progress: called about once a second with what there is so far.
  func run(
    rate: Double?, seconds: Double, progress: (TrialResult) -> Void = { _ in }
  ) -> TrialResult {
    trials += 1
    sequences.clear()
    expected.clear()
    announce()
    let missedBefore = sink?.missed ?? 0
    let begin = pb_tsc() + pb_tsc_hz() / 100
    let end = begin + UInt64(seconds * Double(pb_tsc_hz()))
    let running = RunningTrial(
      makeLanes(rate: rate, begin: begin, end: end), asked: rate, hasSink: sink != nil)
    running.waitForGenerators(from: begin, to: end, progress: progress)
    if sink != nil { running.drain() }
    running.stop()
    var result = running.result(seconds: seconds)
    if pb_tsc() < end { result.seconds = running.secondsSent(from: begin) }
    result.sinkMissed = (sink?.missed ?? 0) - missedBefore
    running.destroy()
    return result
  }

  /// Before the first trial: the other sides of the ports come to themselves, the sink's address is
  /// learned, its rings are filled, and what came before is thrown away.
  func settle() {
    announce()
    for _ in 0..<500 {
      sink?.discard()
      pb_sleep_ns(1_000_000)
    }
  }

  private func announce() {
    guard let sink, sink !== source else { return }
    sink.announce(traffic.destinationMAC.value, to: traffic.sourceMAC.value)
  }

  private func makeLanes(rate: Double?, begin: UInt64, end: UInt64)
    -> [UnsafeMutablePointer<Lane>]
  {
    cores.all.map { core in
      let lane = UnsafeMutablePointer<Lane>.allocate(capacity: 1)
      let generator = cores.generators.firstIndex(of: core)
      let receiver = sink == nil ? nil : cores.sinks.firstIndex(of: core)
      lane.initialize(
        to: Lane(
          core: core, generates: generator != nil, receives: receiver != nil,
          generator: makeGenerator(generator ?? 0, rate: rate, begin: begin),
          sink: makeSink(receiver ?? 0), end: end))
      return lane
    }
  }

  private func makeGenerator(_ index: Int, rate: Double?, begin: UInt64) -> Generator {
    let count = cores.generators.count
    let hz = Double(pb_tsc_hz())
    let cycles = rate.map { hz * Double(count) / $0 } ?? 0
    return Generator(
      port: source.id, queue: index, pool: source.pool, templates: templates,
      tag: Signature.tag(trial: trials, generator: index),
      picker: FlowPicker(flows: traffic.flows, columns: columns, index: index, of: count),
      pacer: Pacer(
        start: begin + UInt64(cycles) * UInt64(index) / UInt64(count), cyclesPerPacket: cycles,
        patience: UInt64(hz / 1000)),
      sequences: sequences.words + index * traffic.flows)
  }

  private func makeSink(_ index: Int) -> Sink {
    let generators = cores.generators.count
    let offset = sink == nil ? 0 : index * traffic.flows * generators
    let port = sink ?? source
    return Sink(
      port: port.id, firstQueue: index, step: cores.sinks.count, queues: port.receiveQueues,
      trial: trials, flows: traffic.flows,
      generators: generators, expected: expected.words + offset, latencies: LatencyTable())
  }
}

/// Which cores generate and which receive.
public struct CoreRoles: Equatable, Sendable {
  public let generators: [Int]
  public let sinks: [Int]
  var all: [Int] { generators + sinks.filter { !generators.contains($0) } }

  /// One core does both in turn; of several the first half (rounded up) generates, the others receive.
  /// Without a sink all generate.
  public init(_ cores: [Int], hasSink: Bool) {
    if !hasSink || cores.count == 1 {
      (generators, sinks) = (cores, cores)
    } else {
      generators = Array(cores.prefix((cores.count + 1) / 2))
      sinks = Array(cores.suffix(cores.count / 2))
    }
  }
}

/// A word for each flow, in huge pages if there are some.
final class FlowWords {
  let words: UnsafeMutablePointer<UInt32>
  private let count: Int
  private var size: Int

  init(_ count: Int) throws {
    self.count = count
    size = count * 4
    var huge: Int32 = 0
    guard let memory = pb_arena_map(&size, 1, &huge) else {
      throw TextError("no memory for \(count) flows")
    }
    words = memory.bindMemory(to: UInt32.self, capacity: count)
  }

  deinit { pb_arena_unmap(words, size) }

  func clear() { memset(words, 0, count * 4) }
}
