import CDPDKShim
import Glibc
import Runtime

/// A traffic generator and sink on ports of DPDK, in a process of its own.
///
/// A *trial* sends a kind of traffic (`Traffic`) at a rate for some time and counts what comes back
/// (`TrialResult`). A run is one trial, or the trials of a search for the throughput
/// (`ThroughputSearch`), perhaps after a trial that warms up the switch and does not count.
///
/// Control (this file, `TrialBed`, `RunningTrial`) makes all there is before a trial, and reads
/// counters meanwhile. The cores (`Lane`) send (`Generator`) and receive (`Sink`): as on the switch's
/// packet path there is no class, allocation, lock or system call per packet.
public struct Bench {
  private let options: BenchOptions
  private let say: (String) -> Void

  /// - Parameter say: takes lines of progress.
  public init(_ options: BenchOptions, say: @escaping (String) -> Void) {
    self.options = options
    self.say = say
  }

  /// Runs on the calling thread until the result is there.
  /// - Throws: `TextError`, whose text says what to do.
  public func run() throws -> BenchReport {
    for loss in try BenchEnvironment.start(ports: options.ports, eal: options.eal) {
      say("note: \(loss)")
    }
    let (cores, notes) = try chooseCores()
    for note in notes { say("note: \(note)") }
    let (source, sink) = try openPorts(cores)
    defer {
      source.close()
      if let sink, sink !== source { sink.close() }
    }
    try waitForLinks([source] + (sink.map { [$0] } ?? []))
    let bed = try TrialBed(options.traffic, source: source, sink: sink, cores: cores)
    bed.settle()
    if options.warmUp > 0 {
      say("warming up for \(formatted("%g", options.warmUp)) s")
      _ = bed.run(rate: options.rate, seconds: options.warmUp)
    }
    return options.searches ? search(bed) : try single(bed)
  }

  // MARK: Trials

  /// - Throws: when nothing was sent, which says nothing about loss.
  private func single(_ bed: TrialBed) throws -> BenchReport {
    say(ProgressText.header)
    var second = 0
    let result = bed.run(rate: options.rate, seconds: options.seconds) {
      second += 1
      say(ProgressText.line("\(second) s", $0))
    }
    say(ProgressText.line("all", result))
    guard result.sent > 0 else {
      throw TextError(
        "\(options.port): nothing was sent: the port took no packet (does the other side receive?), "
          + "or the sending core was busy with something else")
    }
    return BenchReport(options, trials: [result], throughput: nil)
  }

  private func search(_ bed: TrialBed) -> BenchReport {
    var search = ThroughputSearch(tolerance: options.loss ?? 0)
    var trials: [TrialResult] = []
    say(ProgressText.header)
    while let step = search.next, !Interruption.isRequested {
      var rate = options.rate
      if case .rate(let value) = step { rate = value }
      let result = bed.run(rate: rate, seconds: options.seconds)
      trials.append(result)
      search.record(result)
      say(
        ProgressText.line("trial \(trials.count)", result)
          + (search.passes(result) ? "  pass" : "  fail"))
    }
    return BenchReport(options, trials: trials, throughput: search.best)
  }

  // MARK: Setting up

  private func chooseCores() throws -> (CoreRoles, [String]) {
    let allowed = Bench.allowedCores
    for core in options.cores where !allowed.contains(core) {
      throw TextError(
        "core \(core) is not among those this process may use: "
          + allowed.map(String.init).joined(separator: ","))
    }
    let cores =
      options.cores.isEmpty ? Array(allowed.suffix(allowed.count > 2 ? 2 : 1)) : options.cores
    let roles = CoreRoles(cores, hasSink: options.sink != .none)
    guard roles.generators.count <= Signature.maxGenerators else {
      throw TextError("at most \(Signature.maxGenerators) cores can generate")
    }
    let least = options.traffic.leastSize
    let isShort = options.traffic.sizes.contains { $0 < least }
    return (
      roles,
      isShort
        ? ["frames have at least \(least) bytes: headers, 14 bytes of signature, check sequence"]
        : []
    )
  }

  private static var allowedCores: [Int] { (0..<1024).filter { pb_core_allowed(Int32($0)) != 0 } }

  private func openPorts(_ cores: CoreRoles) throws -> (BenchPort, BenchPort?) {
    let longest = options.traffic.longest
    func open(_ name: String, receive: Int, send: Int) throws -> BenchPort {
      let receive = max(receive, BenchPort.leastReceiveQueues(name), options.receiveQueues)
      say("opening \(name)")
      return try BenchPort(name, receiveQueues: receive, sendQueues: send, longest: longest)
    }
    let senders = cores.generators.count
    let receivers = cores.sinks.count
    switch options.sink {
    case .none: return (try open(options.port, receive: 1, send: senders), nil)
    case .same:
      let port = try open(options.port, receive: receivers, send: senders)
      return (port, port)
    case .port(let name):
      let source = try open(options.port, receive: 1, send: senders)
      do { return (source, try open(name, receive: receivers, send: 1)) } catch {
        source.close()
        throw error
      }
    }
  }

  private func waitForLinks(_ ports: [BenchPort]) throws {
    let deadline = pb_monotonic_ms() + Int64(options.linkWait * 1000)
    for port in ports where !port.isUp {
      say("waiting for the link of \(port.name)")
      while !port.isUp {
        guard pb_monotonic_ms() < deadline, !Interruption.isRequested else {
          throw TextError(
            "\(port.name): no link after \(formatted("%g", options.linkWait)) s: is the other side "
              + "connected and running? (--wait S waits longer)")
        }
        pb_sleep_ns(20_000_000)
      }
    }
  }
}
