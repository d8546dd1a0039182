import Datapath
import Fields
import Runtime
import Synchronization

/// The megaflows in the datapath, and what keeps them true.
///
/// A translator thread takes misses, translates and answers. It translates *and* answers under the
/// pipeline's read lock; so when the control thread has changed something, every flow that was
/// translated before the change is already in the store, where the next revalidation finds it.
///
/// The revalidator goes over the store. When something changed, it translates again the flows that may
/// depend on that: same actions and nothing new to match, and the flow stays; else it goes, and the
/// next packet brings the right one. Every half a second it also credits new traffic to rules, patch
/// ports and learned addresses, and removes flows that are idle.
///
/// Threads: translators, the revalidator (one thread) and callers on the control thread. The store
/// has a mutex; nobody translates while holding it. Order of locks: pipeline, store, then tables or
/// statistics.
public final class Megaflows {
  /// Who owns this. Translators see to it that it is there as long as they are at work.
  unowned(unsafe) let pipeline: Pipeline
  let sink: any MegaflowSink

  struct Store {
    var flows = MegaflowList()
    var settings = MegaflowSettings()
    /// Most flows there ever were, and the average over time, for `upcall/show`.
    var maximum = 0
    var average = 0.0
    /// How long the last revalidation took, in milliseconds.
    var duration: Int64 = 0
    var misses: UInt64 = 0
    var rejected: UInt64 = 0
    /// Flows that were translated again, because a change might concern them.
    var revalidated: UInt64 = 0
    var selfChecks = SelfCheckCounters()
    var lastSelfCheck = ContinuousClock.now
    /// When statistics were collected for somebody, and how long that is new enough.
    var collected: ContinuousClock.Instant?
    var freshness = Duration.milliseconds(20)
  }
  let store = Mutex(Store())
  /// What the revalidator waits for.
  let requests = RevalidationRequests()
  /// Serialises revalidations: the thread's own and synchronous ones.
  let pass = Mutex<Void>(())
  private let applied = Atomic<UInt64>(0)
  /// Every flow in the store agrees with what the pipeline was in this generation, or a later one.
  var appliedGeneration: UInt64 {
    get { applied.load(ordering: .acquiring) }
    set { applied.store(newValue, ordering: .releasing) }
  }

  init(pipeline: Pipeline) {
    self.pipeline = pipeline
    sink = pipeline.sink
  }

  public var settings: MegaflowSettings {
    get { store.withLock { $0.settings } }
    set {
      store.withLock { $0.settings = newValue }
      requests.request()
    }
  }

  /// How many flows are installed.
  public var count: Int { store.withLock { $0.flows.count } }

  // MARK: Misses

  /// Answers a miss: any thread that holds no lock of the pipeline.
  public func handle(_ miss: Miss) {
    if pipeline.isHeld { return sink.discard(miss) }
    let (moved, lessons) = pipeline.lock.reading { answer(miss) }
    if moved { requests.request() }
    guard let lessons else { return }
    pipeline.flowLearning.learn(lessons.flows) { [self] in
      if finish(miss, after: lessons) { requests.request() }
    }
    pipeline.flowLearning.workIfAlone()
  }

  /// What must be learned before a packet may go on, and how it goes on then.
  private struct Lessons {
    let flows: [FlowLesson]
    let translation: Translation
  }

  /// Says whether an address was learned that other flows may depend on; or, if flows have to be
  /// learned first, does not answer.
  private func answer(_ miss: Miss) -> (moved: Bool, Lessons?) {
    guard let translation = pipeline.translate(miss.key, miss.deep) else {
      sink.discard(miss)
      return (false, nil)
    }
    report(translation, of: miss.key)
    let flows = translation.newLessons
    guard flows.isEmpty else { return (false, Lessons(flows: flows, translation: translation)) }
    return (answer(miss, translation, mayInstall: true), nil)
  }

  /// Answers a packet that has taught its flows: it goes the way that it went before they were
  /// learned. Only if that is still right the way is remembered. Control thread.
  private func finish(_ miss: Miss, after lessons: Lessons) -> Bool {
    pipeline.lock.reading {
      guard let new = pipeline.translate(miss.key, miss.deep) else {
        sink.discard(miss)
        return false
      }
      let wasRefused = lessons.flows.contains { !$0.isLearned }
      let isSame = new.actions == lessons.translation.actions && new.newLessons.isEmpty
      return wasRefused || isSame
        ? answer(miss, new, mayInstall: new.newLessons.isEmpty)
        : answer(miss, lessons.translation, mayInstall: false)
    }
  }

  private func answer(_ miss: Miss, _ translation: Translation, mayInstall: Bool) -> Bool {
    let now = pipeline.now()
    let moved = pipeline.learn(translation.effects, at: now)
    let (hasRoom, usesMasks) = store.withLock { store in
      store.misses += 1
      if store.flows.count >= store.settings.flowLimit { store.rejected += 1 }
      return (store.flows.count < store.settings.flowLimit, store.settings.usesMasks)
    }
    let handle = sink.answer(
      miss, mask: usesMasks ? translation.installedMask(for: miss.key) : .exact,
      deepMask: translation.deepMask, actions: translation.actions, owner: nil,
      install: hasRoom && mayInstall)
    guard let handle else {
      // Nobody will count the packet that was sent without a flow.
      let packet = Traffic(
        packets: 1, bytes: UInt64(max(0, miss.packetLength)), used: now,
        tcpFlags: miss.key.tcpFlags)
      pipeline.credit(translation, packet)
      return moved
    }
    store.withLock { store in
      let flow = Megaflow(
        handle, miss: miss, translation, number: store.misses, now: now)
      store.flows.add(flow)
      store.maximum = max(store.maximum, store.flows.count)
    }
    return moved
  }

  // MARK: Threads

  /// Starts the translators and the revalidator. They end when the sink's `takeMisses` does.
  public func start(translators: Int) {
    self.translators = max(1, translators)
    for index in 0..<max(1, translators) {
      startThread(named: "handler\(index + 1)") { [weak self] in
        while let misses = self?.sink.takeMisses(max: 32) {
          guard let self else { return }
          withExtendedLifetime(pipeline) {
            for miss in misses { self.handle(miss) }
          }
        }
      }
    }
    startThread(named: "revalidator\(max(1, translators) + 1)") { [weak self] in
      var last = ContinuousClock.now
      while let requests = self?.requests, let settings = self?.settings,
        let completions = requests.wait(
          atMost: settings.maxRevalidator - (ContinuousClock.now - last).milliseconds)
      {
        let start = ContinuousClock.now
        // Who waits comes first, unless that would go on for ever.
        let age = (start - last).milliseconds / (completions.isEmpty ? 1 : 2)
        if age >= settings.maxRevalidator {
          self?.revalidate()
          last = start
        } else {
          self?.applyChanges()
        }
        requests.rest((ContinuousClock.now - start).milliseconds)
        guard !completions.isEmpty else { continue }
        self?.sink.waitForMailboxes()
        for completion in completions { completion() }
      }
    }
    isRunning.store(true, ordering: .releasing)
  }

  /// How many translator threads there are. Set once.
  public private(set) var translators = 0
  private let isRunning = Atomic<Bool>(false)

  /// Ends the revalidator.
  public func stop() { requests.stop() }

  /// After a change. Without flows nothing can disagree with it: a translation that began before the
  /// change is in the store already.
  func requestRevalidation() {
    if count > 0 { requests.request() }
  }

  func waitUntilApplied(_ completion: @escaping () -> Void) {
    // Without flows nothing can disagree.
    if count == 0 { return completion() }
    if isRunning.load(ordering: .acquiring) { return requests.request(completion) }
    applyChanges()
    sink.waitForMailboxes()
    completion()
  }
}

extension Duration {
  fileprivate var milliseconds: Int64 {
    components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
  }
}
