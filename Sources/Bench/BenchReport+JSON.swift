import JSONRPC

extension BenchReport {
  /// Rates in packets per second, latencies in microseconds, loss as a share (0 to 1).
  public var json: JSON {
    [
      "traffic": trafficJSON, "port": .string(options.port), "sink": sinkJSON,
      "trials": .array(trials.map(BenchReport.trialJSON)),
      "throughput": throughput.map(BenchReport.trialJSON) ?? .null,
      "tolerated_loss": options.loss.map(JSON.real) ?? .null,
      "loss_above_tolerance": .bool(isLossy),
    ]
  }

  private var sinkJSON: JSON {
    switch options.sink {
    case .same: .string(options.port)
    case .port(let name): .string(name)
    case .none: .null
    }
  }

  private var trafficJSON: JSON {
    let t = options.traffic
    return [
      "flows": .integer(Int64(t.flows)), "zipf": .bool(t.isZipf),
      "sizes": .array(t.sizes.map { .integer(Int64(max($0, t.leastSize))) }),
      "vlans": .array(t.vlans.map { .integer(Int64($0)) }), "ip": .string(t.ip.rawValue),
      "transport": .string(t.transport.rawValue),
    ]
  }

  private static func trialJSON(_ r: TrialResult) -> JSON {
    var members: [String: JSON] = [
      "rate": r.rate.map(JSON.real) ?? .null, "seconds": .real(r.seconds),
      "tx_pps": .real(r.sentRate),
      "tx_wire_bps": .real(r.sentWireRate),
    ]
    var counters = [
      ("tx_packets", r.sent), ("tx_bytes", r.sentBytes), ("tx_held", r.held),
      ("tx_missed", r.missed), ("tx_no_buffer", r.starved),
    ]
    if r.hasSink {
      members["rx_pps"] = .real(r.receivedRate)
      members["rx_wire_bps"] = .real(r.receivedWireRate)
      members["loss"] = .real(r.loss)
      members["latency_us"] = latencyJSON(r)
      counters += [
        ("rx_packets", r.received), ("rx_bytes", r.receivedBytes), ("lost", r.lost),
        ("reordered", r.reordered), ("foreign", r.foreign), ("stale", r.stale),
        ("rx_missed", r.sinkMissed),
      ]
    }
    for (name, value) in counters { members[name] = .integer(Int64(clamping: value)) }
    return .object(members)
  }

  private static func latencyJSON(_ r: TrialResult) -> JSON {
    var members: [String: JSON] = ["max": .real(r.maxMicroseconds)]
    for p in TrialResult.percentiles {
      let name = p == p.rounded() ? "\(Int(p))" : "\(p)"
      members["p" + name] = .real(r.microseconds(percentile: p))
    }
    return .object(members)
  }
}
