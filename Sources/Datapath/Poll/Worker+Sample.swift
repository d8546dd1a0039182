import CDPDKShim
import Fields

/// The self-check's part on the packet's path: of one burst in many, one packet is reported with the
/// flow that it was given (see `SampleRing`). The burst goes the way that it would have gone anyway,
/// so every way is checked: the run of one flow, the cache, the megaflow tables, gates, recirculation.
/// What is reported is the packet's own key, before any action changed it: a flow whose mask is too
/// wide is found out.
extension Worker {
  /// Whether this burst is the one to report.
  @inline(__always)
  mutating func isSampleDue() -> Bool {
    burstsToSample &-= 1
    return burstsToSample == 0 && startSampling()
  }

  /// Starts the way to the next sample; false when there is no room for this one. The way's length is
  /// random around the period: traffic that comes in turns shall not always be sampled at the same turn.
  @inline(never)
  private mutating func startSampling() -> Bool {
    let period = samples.pointee.period
    burstsToSample = period / 2 &+ 1 &+ random(below: period)
    return samples.pointee.reserve() != nil
  }

  /// Handles a burst like `process`, and reports one of its packets.
  @inline(never)
  mutating func processSampled(_ port: WorkerPortPointer, _ count: Int) {
    let n = UInt32(truncatingIfNeeded: count)
    let all = UInt32(truncatingIfNeeded: (1 &<< UInt64(n)) &- 1)
    let i = Int(random(below: n))
    if let flow = port.pointee.lastFlow, isAll(of: flow, port, count) {
      // A run needs no keys; the report does.
      extract(port, n, all)
      report(i, flow, port)
      return actOnAll(flow, port, count)
    }
    extract(port, n, all)
    let unknown = findFlows(port, n, all)
    port.pointee.lastFlow = unknown == 0 ? commonFlow(count) : nil
    if unknown & 1 &<< UInt32(truncatingIfNeeded: i) == 0, let flow = flows[i] {
      report(i, flow, port)
    }
    act(port, count, unknown)
  }

  /// Reports one packet of a burst that was looked up again.
  @inline(never)
  mutating func sampleAgain(_ port: WorkerPortPointer, _ count: UInt32, _ unknown: UInt32) {
    let i = Int(random(below: count))
    guard unknown & 1 &<< UInt32(truncatingIfNeeded: i) == 0, let flow = flows[i] else { return }
    turn.dpHash = dpHashes[i]
    report(i, flow, port)
  }

  private mutating func random(below limit: UInt32) -> UInt32 {
    UInt32(truncatingIfNeeded: (UInt64(random()) &* UInt64(limit)) &>> 32)
  }

  /// Reports that packet `i` of the burst hits `flow`.
  private mutating func report(_ i: Int, _ flow: FlowPointer, _ port: WorkerPortPointer) {
    guard let packet = packets[i], let place = samples.pointee.reserve() else { return }
    long.key.pointee = keys[i]
    parseDeep(packet, long.key, turn)
    guard let hit = flow.isGate ? behindGate(port) : flow, let record = hit.pointee.record else {
      return
    }
    place.initialize(
      to: HitSample(
        flow: record.pointee.number, key: long.key.pointee, deep: long.deep.pointee))
    samples.pointee.publish()
  }
}
