import Datapath
import Fields
import Synchronization

@testable import Pipeline

/// A datapath without packets: it keeps what it is told, and answers a key as a worker would.
final class FakeDatapath: MegaflowSink, @unchecked Sendable {
  struct State {
    var flows: [FlowHandle] = []
    var actions: [ObjectIdentifier: [DatapathAction]] = [:]
    var executed: [(bytes: [UInt8], inPort: PortNumber, actions: [DatapathAction])] = []
    var discarded = 0
    var removals = 0
    var changes = 0
  }
  let state = Mutex(State())
  let meters = Mutex<[UInt32: DatapathMeter]>([:])
  /// Flows that are removed stay until the test lets go of them.
  var removesAtOnce = true

  /// Samples of hits.
  let samples = Mutex<[HitSample]>([])
  /// Makes masks wider than they should be.
  var widen: (inout FlowMask) -> Void = { _ in }

  /// Where translator threads get their work; nil ends them.
  var misses: () -> [Miss]? = { nil }

  func takeMisses(max: Int) -> [Miss]? { misses() }

  func answer(
    _ miss: Miss, mask: FlowMask, deepMask: DeepKey, actions: [DatapathAction], owner: AnyObject?,
    install: Bool
  ) -> FlowHandle? {
    guard install else { return nil }
    var mask = mask
    widen(&mask)
    let handle = FlowHandle(
      key: miss.key, mask: mask, deepKey: miss.deep, deepMask: deepMask, actions: actions,
      worker: miss.worker, owner: owner)
    handle.simulate(state: .installed, statistics: FlowHandle.Statistics())
    state.withLock {
      $0.flows.append(handle)
      $0.actions[ObjectIdentifier(handle)] = actions
    }
    return handle
  }

  func copy(_ flow: FlowHandle, to worker: Int) -> FlowHandle? {
    let handle = FlowHandle(
      key: flow.key, mask: flow.mask, deepKey: flow.deepKey, deepMask: flow.deepMask,
      actions: flow.actions, worker: worker)
    handle.simulate(state: .installed, statistics: FlowHandle.Statistics())
    state.withLock { $0.flows.append(handle) }
    return handle
  }

  func takeSamples(max: Int) -> [HitSample] {
    samples.withLock { samples in
      defer { samples = [] }
      return samples
    }
  }

  func discard(_ miss: Miss) { state.withLock { $0.discarded += 1 } }

  func changeActions(_ flow: FlowHandle, _ actions: [DatapathAction]) {
    state.withLock {
      $0.actions[ObjectIdentifier(flow)] = actions
      $0.changes += 1
    }
  }

  func removeFlows(_ flows: [FlowHandle]) {
    state.withLock { state in
      state.removals += flows.count
      for flow in flows {
        state.flows.removeAll { $0 === flow }
        if removesAtOnce { flow.simulate(state: .removed, statistics: traffic[flow.id] ?? .init()) }
      }
    }
  }

  func waitForMailboxes() {}

  func execute(_ packet: UnsafeRawBufferPointer, inPort: PortNumber, actions: [DatapathAction]) {
    state.withLock { $0.executed.append((Array(packet), inPort, actions)) }
  }

  func counters(_ port: PortNumber) -> PortCounters { PortCounters() }

  // MARK: Traffic

  private var traffic: [ObjectIdentifier: FlowHandle.Statistics] = [:]

  /// The flow that a packet would hit.
  func flow(for key: FlowKey) -> FlowHandle? {
    state.withLock { $0.flows.first { $0.key == key & $0.mask } }
  }

  func actions(of flow: FlowHandle) -> [DatapathAction] {
    state.withLock { $0.actions[flow.id] ?? [] }
  }

  /// Counts packets on a flow, as its worker would.
  func hit(_ flow: FlowHandle, packets: UInt64, bytes: UInt64, at time: Int64) {
    var statistics = traffic[flow.id] ?? FlowHandle.Statistics()
    statistics.packets += packets
    statistics.bytes += bytes
    statistics.used = time
    traffic[flow.id] = statistics
    flow.simulate(state: .installed, statistics: statistics)
  }
}

extension FlowHandle {
  var id: ObjectIdentifier { ObjectIdentifier(self) }
}
