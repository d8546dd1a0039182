import CDPDKShim
import Fields

/// One burst of one port: up to 32 packets go together through passes, so that each pass keeps its
/// code and data in cache and memory latency is overlapped by prefetches.
///
/// 1. extract: frames to keys and hashes, by the kernel; what it cannot do, by `PacketParser`
/// 2. match: tags of the hash's cache bucket to candidate flows
/// 3. verify: candidates against keys under the flows' masks
/// 4. classify: what the cache did not know, through the port's subtables
/// 5. act: in order of arrival, count and run the flow's actions, or park
///
/// Traffic has runs: after a burst that was all of one flow, the next is tried against that flow
/// first. A kernel extracts and compares in registers, without keys in memory, hashes or cache, and
/// the burst is counted and sent as a whole. The first packet of another flow ends the attempt, and
/// the burst goes through the passes.
///
/// Then the transmit buffers of all ports that got packets are flushed, unless they are to wait for
/// more (`tx-flush-interval`).
extension Worker {
  /// Handles `packets[0..<count]`, received on `port`.
  @inline(__always)
  mutating func process(_ port: WorkerPortPointer, count: Int) {
    if isSampleDue() {
      processSampled(port, count)
    } else if let flow = port.pointee.lastFlow, isAll(of: flow, port, count) {
      actOnAll(flow, port, count)
    } else {
      processEach(port, count)
    }
    recirculateAll()
    if settings.flushCycles == 0 { flushDirtyPorts() }
    port.pointee.rxPackets &+= UInt64(truncatingIfNeeded: count)
    counters.packetsReceived &+= UInt64(truncatingIfNeeded: count)
    if hasNewMisses { ringBell() }
  }

  @inline(never)
  private mutating func processEach(_ port: WorkerPortPointer, _ count: Int) {
    let n = UInt32(truncatingIfNeeded: count)
    let all = UInt32(truncatingIfNeeded: (1 &<< UInt64(n)) &- 1)
    extract(port, n, all)
    let unknown = findFlows(port, n, all)
    port.pointee.lastFlow = unknown == 0 ? commonFlow(count) : nil
    act(port, count, unknown)
  }

  /// Passes 2 to 4: flows for the keys; returns the set of those that have none.
  @inline(__always)
  mutating func findFlows(_ port: WorkerPortPointer, _ count: UInt32, _ all: UInt32) -> UInt32 {
    var unknown = all
    let candidates = kernels.pointee.match(burst, count)
    if candidates != 0 { unknown &= ~kernels.pointee.verify(burst, candidates) }
    counters.cacheHits &+= UInt64(
      truncatingIfNeeded: Int(count) &- unknown.nonzeroBitCount)
    return unknown == 0 ? 0 : classify(port, unknown)
  }

  // MARK: One flow for all

  /// Shorter bursts gain too little from being tried as a whole.
  private static let shortestRun = 4

  @inline(__always)
  mutating func isAll(of flow: FlowPointer, _ port: WorkerPortPointer, _ count: Int) -> Bool {
    let n = UInt32(truncatingIfNeeded: count)
    return count >= Worker.shortestRun
      && kernels.pointee.same(burst, n, port.pointee.firstWord, flow) != 0
  }

  /// The flow of all packets, if it is one.
  @inline(__always)
  mutating func commonFlow(_ count: Int) -> FlowPointer? {
    var i = 1
    while i < count && flows[i] == flows[0] { i &+= 1 }
    return i == count && count >= Worker.shortestRun ? flows[0] : nil
  }

  @inline(__always)
  mutating func actOnAll(_ flow: FlowPointer, _ port: WorkerPortPointer, _ count: Int) {
    let total = burst.pointee.total
    counters.cacheHits &+= UInt64(truncatingIfNeeded: count)
    port.pointee.rxBytes &+= total.bytes
    flow.pointee.packets &+= UInt64(truncatingIfNeeded: count)
    flow.pointee.bytes &+= total.bytes
    flow.pointee.used = clock.now
    flow.pointee.tcpFlags |= total.tcp_flags
    if flow.pointee.wordCount == 1 {
      outputAll(count, total, PortNumber(truncatingIfNeeded: flow.pointee.word0 >> 8))
    } else {
      runAll(flow, port, count)
    }
  }

  // MARK: 1. Extract

  @inline(__always)
  mutating func extract(_ port: WorkerPortPointer, _ count: UInt32, _ all: UInt32) {
    let mask = UnsafeRawPointer(port.pointee.classifier.unionMask)
    // The recirculation id follows the port.
    let word = port.pointee.firstWord | UInt64(turn.recircID.bigEndian) &<< 32
    let done = kernels.pointee.extract(burst, count, word, mask)
    if done != all { extractOthers(port, all & ~done) }
  }

  /// The frames of the set `others`, by the generic parser.
  @inline(never)
  mutating func extractOthers(_ port: WorkerPortPointer, _ others: UInt32) {
    var left = others
    while left != 0 {
      let i = left.trailingZeroBitCount
      left &= left &- 1
      guard let packet = packets[i], let data = pb_mbuf_data(packet) else { continue }
      PacketParser.parse(
        data, length: Int(pb_mbuf_length(packet)), type: turn.bareType,
        inPort: port.pointee.number, into: keys + i)
      keys[i].recircID = turn.recircID
    }
    kernels.pointee.hash_set(keys, others, port.pointee.classifier.unionMask, hashes)
  }

  // MARK: 4. Classify

  /// Searches the port's megaflows; what it finds, the cache learns. Returns what is not there.
  @inline(never)
  private mutating func classify(_ port: WorkerPortPointer, _ wanted: UInt32) -> UInt32 {
    let missing = port.pointee.classifier.find(
      wanted, keys: keys, flows: flows, hashes: tableHashes, kernels: kernels,
      lookups: &counters.megaflowLookups)
    var found = wanted & ~missing
    counters.megaflowHits &+= UInt64(truncatingIfNeeded: found.nonzeroBitCount)
    while found != 0 {
      let i = found.trailingZeroBitCount
      found &= found &- 1
      if let flow = flows[i] { cache.insert(hashes[i], flow) }
    }
    return missing
  }

  // MARK: 5. Act

  @inline(__always)
  mutating func act(_ port: WorkerPortPointer, _ count: Int, _ unknown: UInt32) {
    let packets = self.packets
    let flows = self.flows
    let keys = self.keys
    let now = clock.now
    var bytes: UInt64 = 0
    for i in 0..<count {
      let packet = packets[i].unsafelyUnwrapped
      let length = pb_mbuf_packet_length(packet)
      bytes &+= UInt64(length)
      if unknown & (1 &<< UInt32(truncatingIfNeeded: i)) != 0 {
        miss(port, i)
        continue
      }
      let flow = flows[i].unsafelyUnwrapped
      flow.pointee.packets &+= 1
      flow.pointee.bytes &+= UInt64(length)
      flow.pointee.used = now
      flow.pointee.tcpFlags |= UInt16(truncatingIfNeeded: keys[i].w0 >> 16)
      if flow.pointee.wordCount == 1 {
        output(packet, length, PortNumber(truncatingIfNeeded: flow.pointee.word0 >> 8))
      } else {
        run(flow.program, Int(flow.pointee.wordCount), packet, port)
      }
    }
    port.pointee.rxBytes &+= bytes
  }
}
