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
/// The revalidator goes over the store: it credits new traffic to rules, patch ports and learned
/// addresses, removes flows that are idle, and translates again those that depend on something which
/// changed: same actions and nothing new to match, and the flow stays; else it goes, and the next
/// packet brings the right one.
///
/// Threads: translators, the revalidator (one thread) and callers on the control thread. The store
/// has a mutex; nobody translates while holding it. Order of locks: pipeline, store, then tables or
/// statistics.
public final class Megaflows {
  unowned let pipeline: Pipeline
  let sink: any MegaflowSink

  struct Store {
    var flows: [ObjectIdentifier: Megaflow] = [:]
    var settings = MegaflowSettings()
    /// Most flows there ever were, and the average over time, for `upcall/show`.
    var maximum = 0
    var average = 0.0
    /// How long the last revalidation took, in milliseconds.
    var duration: Int64 = 0
    var misses: UInt64 = 0
    var rejected: UInt64 = 0
    /// When statistics were collected for somebody, and how long that is new enough.
    var collected: ContinuousClock.Instant?
    var freshness = Duration.milliseconds(20)
  }
  let store = Mutex(Store())
  /// What the revalidator waits for.
  let requests = RevalidationRequests()
  /// Serialises revalidations: the thread's own and synchronous ones.
  let pass = Mutex<Void>(())

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
    let moved = pipeline.lock.reading { answer(miss) }
    if moved { requests.request() }
  }

  /// Says whether an address was learned that other flows may depend on.
  private func answer(_ miss: Miss) -> Bool {
    guard let translation = pipeline.translate(miss.key) else {
      sink.discard(miss)
      return false
    }
    report(translation, of: miss.key)
    let now = pipeline.now()
    let moved = pipeline.learn(translation.effects, at: now)
    let hasRoom = store.withLock { store in
      store.misses += 1
      if store.flows.count >= store.settings.flowLimit { store.rejected += 1 }
      return store.flows.count < store.settings.flowLimit
    }
    let handle = sink.answer(
      miss, mask: translation.installedMask(for: miss.key), actions: translation.actions,
      owner: nil, install: hasRoom)
    guard let handle else {
      // Nobody will count the packet that was sent without a flow.
      let packet = Traffic(packets: 1, bytes: UInt64(max(0, miss.packetLength)), used: now)
      pipeline.credit(translation.effects, packet)
      return moved
    }
    store.withLock { store in
      let flow = Megaflow(
        handle, miss: miss, translation, number: store.misses, now: now)
      store.flows[ObjectIdentifier(flow)] = flow
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
          for miss in misses { self?.handle(miss) }
        }
      }
    }
    startThread(named: "revalidator\(max(1, translators) + 1)") { [weak self] in
      while let requests = self?.requests, let settings = self?.settings,
        let completions = requests.wait(atMost: settings.maxRevalidator)
      {
        let start = self?.pipeline.now() ?? 0
        self?.revalidate()
        if let end = self?.pipeline.now() { requests.rest(end - start) }
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

  func requestRevalidation() { requests.request() }

  func waitUntilApplied(_ completion: @escaping () -> Void) {
    if isRunning.load(ordering: .acquiring) { return requests.request(completion) }
    revalidate()
    sink.waitForMailboxes()
    completion()
  }
}
