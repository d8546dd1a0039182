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
      let settings = settings
      var samples = Samples(sink.takeSamples(max: 64))
      let flows = visitAll(isLong: true) { flow, count in
        samples.see(flow)
        let isCrowded = count > settings.flowLimit
        let maxIdle = isCrowded ? min(settings.maxIdle, Self.hurriedIdle) : settings.maxIdle
        return keep(flow, maxIdle: maxIdle, now: start)
      }
      selfCheck(samples)
      reapLearned(now: start)
      pipeline.frozen.sweep()
      store.withLock { store in
        store.duration = max(1, pipeline.now() - start)
        store.average = (store.average * 3 + Double(flows)) / 4
      }
    }
  }

  /// Makes all flows agree with the bridges, or asks them to go, and does nothing else: flows that no
  /// change concerns cost a comparison. Any thread that holds no lock of the pipeline.
  func applyChanges() { pass.withLock { _ in apply() } }

  private func apply() {
    let start = pipeline.now()
    _ = visitAll { flow, _ in
      isHeld(flow) || flow.isDying || keep(flow, maxIdle: .max, now: start)
    }
  }

  /// In the midst of a pass over many flows: whoever waits for changes does not wait for the rest of it.
  private func serveWaiting() {
    let completions = requests.takeCompletions()
    apply()
    sink.waitForMailboxes()
    for completion in completions { completion() }
  }

  /// Shows every flow to `body`, a batch under one read lock, and removes those for which it answers
  /// false. Then all flows agree with the generation that the pipeline had at first. Says how many
  /// there were. In a long pass those who wait for changes are served in between.
  private func visitAll(
    isLong: Bool = false, _ body: (Megaflow, _ count: Int) -> Bool
  ) -> Int {
    // Whoever translates now, with the same read lock, translates in this generation.
    let (generation, flows) = pipeline.lock.reading {
      (pipeline.generation, store.withLock { $0.flows.values })
    }
    var doomed: [Megaflow] = []
    var index = 0
    while index < flows.count {
      let end = min(index + Self.batch, flows.count)
      pipeline.lock.reading {
        for flow in flows[index..<end] where !body(flow, flows.count) { doomed.append(flow) }
        let generation = pipeline.generation
        store.withLock { _ in
          for flow in flows[index..<end] { flow.translation.generation = generation }
        }
      }
      index = end
      if isLong, requests.hasCompletions {
        // These count as right from here on.
        remove(doomed)
        doomed = []
        serveWaiting()
      }
    }
    remove(doomed)
    pipeline.flowLearning.workIfAlone()
    appliedGeneration = max(appliedGeneration, generation)
    return flows.count
  }

  /// Brings the counters of rules, ports and learned addresses up to what the workers counted.
  public func collectStatistics() {
    let flows = store.withLock { $0.flows.values }
    for flow in flows { collect(flow) }
    pipeline.flowLearning.workIfAlone()
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
    pass.withLock { _ in remove(store.withLock { $0.flows.values }) }
  }

  // MARK: Steps

  /// Whether a flow may stay. A flow that the worker has let go of is dropped from the store.
  private func keep(_ flow: Megaflow, maxIdle: Int64, now: Int64) -> Bool {
    let wasRemoved = flow.handle.state == .removed
    let (traffic, old) = takeTraffic(flow)
    pipeline.credit(old, traffic)
    if wasRemoved { forget(flow) }
    if wasRemoved || flow.isDying { return true }
    if now - max(traffic.used, flow.created) >= maxIdle { return false }
    var current = old
    if !isHeld(flow) {
      store.withLock { $0.revalidated += 1 }
      guard let new = pipeline.translate(flow.packetKey, flow.packetDeep),
        adopt(flow, old, new)
      else {
        return false
      }
      current = new
    }
    relearn(current, traffic)
    return true
  }

  /// Whether a flow's translation still holds, because no change since may concern it. During a pass,
  /// under the read lock.
  private func isHeld(_ flow: Megaflow) -> Bool {
    // Only passes write this.
    let translation = flow.translation
    guard translation.isLearnedStill || renewLearned(flow) else { return false }
    if translation.generation == pipeline.generation { return true }
    return !translation.mayBeConcerned(by: pipeline)
      && translation.visits?.contains {
        $0.mayBeConcerned(since: translation.generation) { flow.known(at: $0) }
      } == false
  }

  /// Asks MAC tables that changed once more; false when one has another answer now.
  private func renewLearned(_ flow: Megaflow) -> Bool {
    let old = flow.translation.learnedFrom
    let new = old.compactMap { $0.isCurrent ? $0 : $0.renewed }
    guard new.count == old.count else { return false }
    store.withLock { _ in flow.translation.learnedFrom = new }
    return true
  }

  /// Takes a new translation over when it has nothing new to match.
  private func adopt(_ flow: Megaflow, _ old: Translation, _ new: Translation) -> Bool {
    let mask = new.installedMask(for: flow.packetKey)
    guard mask & flow.handle.mask == mask,
      new.deepMask & flow.handle.deepMask == new.deepMask
    else { return false }
    if new.actions != old.actions { sink.changeActions(flow.handle, new.actions) }
    store.withLock { _ in flow.translation = new }
    return true
  }

  /// Credits a flow's new traffic.
  private func collect(_ flow: Megaflow) {
    let (traffic, translation) = takeTraffic(flow)
    pipeline.credit(translation, traffic)
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
    store.withLock { $0.flows.remove(flow) }
  }

  func remove(_ flows: [Megaflow]) {
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
