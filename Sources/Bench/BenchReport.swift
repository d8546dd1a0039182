import Runtime

/// What a run found, for people (`text`), machines (`json`) and as a picture (`plot`).
public struct BenchReport: Sendable {
  public let options: BenchOptions
  public let trials: [TrialResult]
  /// Of a search: the best trial that passed; nil when none did, or nothing was searched.
  public let throughput: TrialResult?

  public init(_ options: BenchOptions, trials: [TrialResult], throughput: TrialResult?) {
    self.options = options
    self.trials = trials
    self.throughput = throughput
  }

  /// The trial that matters.
  public var result: TrialResult? { options.searches ? throughput : trials.last }

  /// Whether more was lost than was tolerated.
  public var isLossy: Bool {
    if options.searches { return throughput == nil }
    guard let tolerated = options.loss, let result else { return false }
    return result.loss > tolerated
  }

  public var text: String {
    guard let result else {
      return "no rate was found at which at most "
        + "\(formatted("%g", (options.loss ?? 0) * 100)) % of the packets are lost\n"
    }
    var rows = [("traffic", BenchReport.describe(options.traffic))]
    if options.searches {
      rows.append(("throughput", rateText(result.sentRate, result.sentWireRate)))
    }
    rows.append(("sent", "\(result.sent)  " + rateText(result.sentRate, result.sentWireRate)))
    if result.hasSink {
      rows.append(
        (
          "received",
          "\(result.received)  " + rateText(result.receivedRate, result.receivedWireRate)
        ))
      rows.append(("lost", "\(result.lost)  \(formatted("%.6f", result.loss * 100)) %"))
      rows.append(("reordered", "\(result.reordered)"))
      rows.append(("latency", latencyText(result)))
    }
    rows += remarks(result)
    let lines = rows.map { $0.0.padded(12) + $0.1 + "\n" }.joined()
    return options.showsLatency && result.hasSink ? lines + percentileTable(result) : lines
  }

  /// What does not happen in a clean run.
  private func remarks(_ r: TrialResult) -> [(String, String)] {
    [
      ("missed", r.missed, "packets not sent because port or core were too slow for the rate"),
      ("sink missed", r.sinkMissed, "packets that the sink itself did not fetch in time"),
      ("foreign", r.foreign, "packets received that are not ours"),
      ("stale", r.stale, "packets received of an earlier trial"),
      ("starved", r.starved, "times there was no buffer: give more memory (--eal \"-m 1024\")"),
    ].filter { $0.1 > 0 }.map { ($0.0, "\($0.1) \($0.2)") }
  }

  private func rateText(_ packets: Double, _ bits: Double) -> String {
    formatted("%.4f Mpps  %.4f Gbit/s on the wire", packets / 1e6, bits / 1e9)
  }

  private func latencyText(_ r: TrialResult) -> String {
    formatted(
      "p50 %.2f  p99 %.2f  p99.9 %.2f  p99.99 %.2f  max %.2f us", r.microseconds(percentile: 50),
      r.microseconds(percentile: 99), r.microseconds(percentile: 99.9),
      r.microseconds(percentile: 99.99), r.maxMicroseconds)
  }

  private func percentileTable(_ r: TrialResult) -> String {
    var text = "\npercentile    latency us\n"
    for p in TrialResult.percentiles {
      text += formatted("%10g", p) + formatted("%14.2f", r.microseconds(percentile: p)) + "\n"
    }
    return text + "       max" + formatted("%14.2f", r.maxMicroseconds) + "\n"
  }

  static func describe(_ t: Traffic) -> String {
    let size = t.sizes == Traffic.imix ? "IMIX" : "\(max(t.sizes.max() ?? 64, t.leastSize))-byte"
    let tags = t.vlans.isEmpty ? "" : ", VLAN \(t.vlans.map(String.init).joined(separator: " in "))"
    return "\(size) frames, \(t.flows) flow\(t.flows == 1 ? "" : "s")\(t.isZipf ? " (Zipf)" : ""), "
      + "IPv\(t.ip == .mix ? "4 and IPv6" : t.ip.rawValue), "
      + "\(t.transport == .mix ? "UDP and TCP" : t.transport.rawValue.uppercased())\(tags)"
  }
}

/// Lines that show how a run goes on.
enum ProgressText {
  static let header =
    "".padded(10)
    + ["tx Mpps", "rx Mpps", "lost", "loss %", "p50 us", "p99 us", "max us"]
    .map { $0.paddedLeft(11) }.joined()

  static func line(_ name: String, _ r: TrialResult) -> String {
    let received = [
      formatted("%.4f", r.receivedRate / 1e6), "\(r.lost)", formatted("%.4f", r.loss * 100),
      formatted("%.2f", r.microseconds(percentile: 50)),
      formatted("%.2f", r.microseconds(percentile: 99)), formatted("%.2f", r.maxMicroseconds),
    ]
    return name.padded(10)
      + ([formatted("%.4f", r.sentRate / 1e6)] + (r.hasSink ? received : []))
      .map { $0.paddedLeft(11) }.joined()
  }
}
