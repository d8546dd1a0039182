import Datapath
import Fields

extension Megaflows {
  /// How many flows are looked at before the control thread gets its turn.
  private static let batch = 64
  /// With more flows than `flow-limit`, idle ones go after so many milliseconds.
  private static let hurriedIdle: Int64 = 100

  /// Goes over all flows once, for whatever is due. Afterwards every flow in the datapath is right,
  /// or was asked to go. Any thread that holds no lock of the pipeline.
  public func revalidate() {
    pass.withLock { _ in
      let start = pipeline.now()
      let (flows, settings) = store.withLock { (Array($0.flows.values), $0.settings) }
      let isCrowded = flows.count > settings.flowLimit
      let maxIdle = isCrowded ? min(settings.maxIdle, Self.hurriedIdle) : settings.maxIdle
      var doomed: [Megaflow] = []
      var index = 0
      while index < flows.count {
        let end = min(index + Self.batch, flows.count)
        pipeline.lock.reading {
          for flow in flows[index..<end] where !keep(flow, maxIdle: maxIdle, now: start) {
            doomed.append(flow)
          }
        }
        index = end
      }
      remove(doomed)
      reapLearned(now: start)
      store.withLock { store in
        store.duration = max(1, pipeline.now() - start)
        store.average = (store.average * 3 + Double(flows.count)) / 4
      }
    }
  }

  /// Brings the counters of rules, ports and learned addresses up to what the workers counted.
  public func collectStatistics() {
    let flows = store.withLock { Array($0.flows.values) }
    for flow in flows { collect(flow) }
  }

  /// `collectStatistics`, unless that was done just now: whoever asks port by port or flow by flow
  /// gets figures of one moment, and does not go over all megaflows every time.
  func refreshStatistics() {
    let now = ContinuousClock.now
    let isStale = store.withLock { store in
      if let last = store.collected, now - last < store.freshness { return false }
      store.collected = now
      return true
    }
    if isStale { collectStatistics() }
  }

  /// Removes all flows; misses bring back what is needed.
  public func purge() {
    pass.withLock { _ in remove(store.withLock { Array($0.flows.values) }) }
  }

  // MARK: Steps

  /// Whether a flow may stay. A flow that the worker has let go of is dropped from the store.
  private func keep(_ flow: Megaflow, maxIdle: Int64, now: Int64) -> Bool {
    let wasRemoved = flow.handle.state == .removed
    let (traffic, old) = takeTraffic(flow)
    pipeline.credit(old.effects, traffic)
    if wasRemoved { forget(flow) }
    if wasRemoved || flow.isDying { return true }
    if now - max(traffic.used, flow.created) >= maxIdle { return false }
    var current = old
    if !old.isCurrent(pipeline.generation) {
      guard let new = pipeline.translate(flow.packetKey), adopt(flow, old, new) else {
        return false
      }
      current = new
    }
    relearn(current, traffic)
    return true
  }

  /// Takes a new translation over when it has nothing new to match.
  private func adopt(_ flow: Megaflow, _ old: Translation, _ new: Translation) -> Bool {
    let mask = new.installedMask(for: flow.packetKey)
    guard mask & flow.handle.mask == mask else { return false }
    if new.actions != old.actions { sink.changeActions(flow.handle, new.actions) }
    store.withLock { _ in flow.translation = new }
    return true
  }

  /// Credits a flow's new traffic.
  private func collect(_ flow: Megaflow) {
    let (traffic, translation) = takeTraffic(flow)
    pipeline.credit(translation.effects, traffic)
    // What an outdated translation teaches may be wrong by now; its successor teaches it anew.
    if translation.generation == pipeline.generation { relearn(translation, traffic) }
  }

  private func takeTraffic(_ flow: Megaflow) -> (Traffic, Translation) {
    store.withLock { _ in (flow.takeTraffic(), flow.translation) }
  }

  /// Keeps learned addresses young as long as there is traffic from them.
  private func relearn(_ translation: Translation, _ traffic: Traffic) {
    guard traffic.packets > 0 else { return }
    if pipeline.learn(translation.effects, at: max(traffic.used, 1)) { requests.request() }
  }

  private func forget(_ flow: Megaflow) {
    store.withLock { $0.flows[ObjectIdentifier(flow)] = nil }
  }

  private func remove(_ flows: [Megaflow]) {
    var handles: [FlowHandle] = []
    store.withLock { _ in
      for flow in flows where !flow.isDying && flow.handle.state != .removed {
        flow.isDying = true
        handles.append(flow.handle)
      }
    }
    if !handles.isEmpty { sink.removeFlows(handles) }
  }

  private func reapLearned(now: Int64) {
    let tables = pipeline.lock.reading { pipeline.bridges.values.map(\.macTable) }
    for table in tables { table.expire(now: now) }
  }
}
