import Datapath
import Fields
import NIOCore
import Synchronization

/// The OpenFlow side of the switch: all bridges with their ports, flow tables and learned addresses,
/// and the megaflows that were translated from them.
///
/// **Threads.** One control thread changes things, inside `change`, which holds the write lock.
/// Translators and the revalidator read under the read lock. The control thread may read without a
/// lock, because nobody else writes. Two kinds of state are written by translators as well and have
/// mutexes of their own: learned addresses (one per bridge) and statistics (one for all, `credits`).
/// Order of locks: pipeline, then MAC table or statistics; never two of the latter.
///
/// **Generations.** Every change gives the pipeline a new generation. A megaflow knows the generation
/// it is right for. When something changed, the revalidator translates again what that may concern:
/// megaflows that a changed rule may match (`TableChanges`), that asked for a changed group or meter, or
/// that crossed a bridge of which anything else changed (`BridgeChanges`), and those for whose address a
/// MAC table has another answer now (`LearningDependency`).
public final class Pipeline {
  let lock = ReadersWriterLock()
  /// Guards the counters of rules, tables and patch ports.
  let credits = Mutex<Void>(())
  let sink: any MegaflowSink
  /// Milliseconds of the monotonic clock, real or virtual.
  let now: () -> Int64

  private let generationWord = Atomic<UInt64>(1)
  /// The generation of the last change of which nobody said what it concerns.
  private let broadGeneration = Atomic<UInt64>(1)
  /// Whether packets without a megaflow are dropped untranslated. Any thread reads it.
  private let held = Atomic<Bool>(false)
  /// Control thread: how deep `change` calls are nested.
  private var changing = 0
  /// Inside `change`: whether there are megaflows that may disagree with it.
  private var concernsMegaflows = true

  public private(set) var bridges: [String: Bridge] = [:]
  /// Every port of the datapath that a bridge has.
  private(set) var datapathPorts: [PortNumber: BridgePort] = [:]
  /// Patch ports by name: how the two ends of a pair find each other.
  private var patchPorts: [String: BridgePort] = [:]

  /// Called on the control thread when a rule with "send flow removed" goes, and why.
  public var onFlowRemoved: ((Bridge, Rule, Rule.RemovalReason) -> Void)?
  /// Called on the control thread after a port was added, changed or removed.
  public var onPortChange: ((Bridge, BridgePort, PortChange) -> Void)?
  /// Called on the control thread with packets for the controllers of a bridge.
  public var onPacketIn: ((Bridge, PacketInEvent) -> Void)?
  public enum PortChange: Sendable { case added, removed, modified }

  /// What keeps megaflows in step with the bridges.
  public private(set) lazy var megaflows = Megaflows(pipeline: self)
  /// Flows that packets teach.
  private(set) lazy var flowLearning = FlowLearning(self)
  /// What is left to do with packets that the datapath looks up again.
  public let frozen = FrozenStates()
  /// What is to happen with packets that flows give to the control side.
  let punts = PuntTable()
  /// Loops of patch ports that translations met.
  public let loops = PatchLoops()
  /// Which of the datapath's meters are in use.
  let meterIndexes = Mutex(MeterIndexes())

  public init(datapath: any MegaflowSink, now: @escaping () -> Int64) {
    sink = datapath
    self.now = now
    _ = megaflows
    _ = flowLearning
  }

  /// Has `wake` called, on any thread, when there is work for the control thread, which then calls
  /// `workOnControlThread`. Before translators start.
  public func delegateWork(wake: @escaping () -> Void) { flowLearning.wake = wake }

  /// Does what translators and the revalidator left to the control thread.
  public func workOnControlThread() { flowLearning.work() }

  /// The generation that a translation which starts now belongs to.
  public var generation: UInt64 { generationWord.load(ordering: .acquiring) }

  /// What a change may concern: every megaflow, those that crossed a bridge, or those only that
  /// `noteChange` finds for its rules, groups and meters.
  enum ChangeScope {
    case everything, rules
    case bridge(Bridge)
  }

  /// Changes bridges, ports or flows. Control thread; calls may nest, the outermost one counts.
  public func change<T>(_ body: () throws -> T) rethrows -> T {
    try change(.everything, body)
  }

  func change<T>(_ scope: ChangeScope, _ body: () throws -> T) rethrows -> T {
    if changing > 0 {
      note(scope)
      return try body()
    }
    defer { megaflows.requestRevalidation() }
    return try lock.writing {
      changing += 1
      defer { changing -= 1 }
      concernsMegaflows = megaflows.count > 0
      generationWord.wrappingAdd(1, ordering: .releasing)
      note(scope)
      return try body()
    }
  }

  private func note(_ scope: ChangeScope) {
    switch scope {
    case .everything: broadGeneration.store(generation, ordering: .releasing)
    case .bridge(let bridge): bridge.changes.note(generation)
    case .rules: break
    }
  }

  /// Inside `change`: a group or meter came, went or was modified.
  func noteChange(of thing: BridgeChanges.Thing, in bridge: Bridge) {
    guard concernsMegaflows else { return }
    bridge.changes.note(thing, generation)
  }

  /// Inside `change`: a rule came, went or was modified. Without megaflows there is nothing to note, and
  /// none comes before the change is over.
  func noteChange(of rule: Rule, in table: FlowTable) {
    guard concernsMegaflows else { return }
    table.changes.note(rule, generation, applied: megaflows.appliedGeneration)
  }

  /// Whether something changed behind `generation` that may concern every megaflow.
  func changedBroadly(since generation: UInt64) -> Bool {
    broadGeneration.load(ordering: .acquiring) > generation
  }

  /// Calls `completion`, on any thread, as soon as all megaflows agree with the bridges as they are
  /// now and the workers know it.
  public func waitUntilApplied(_ completion: @escaping () -> Void) {
    megaflows.waitUntilApplied(completion)
  }

  /// Whether there is nothing to wait for: without megaflows none can disagree.
  var isApplied: Bool { megaflows.count == 0 }

  /// While held, packets find no flows: what the tables say is not yet what they are to say.
  public func setHeld(_ isHeld: Bool) { held.store(isHeld, ordering: .releasing) }

  var isHeld: Bool { held.load(ordering: .acquiring) }

  // MARK: Bridges

  /// Adds a bridge without ports. A standalone bridge starts with the flow that makes it a switch.
  @discardableResult
  public func addBridge(
    _ name: String, datapathID: UInt64, settings: BridgeSettings = BridgeSettings()
  ) -> Bridge {
    let bridge = Bridge(name, datapathID: datapathID, settings: settings, pipeline: self)
    return change(bridges[name] == nil ? .bridge(bridge) : .everything) {
      bridges[name] = bridge
      bridge.configureTables()
      bridge.flushFlows()
      return bridge
    }
  }

  public func removeBridge(_ name: String) {
    guard let bridge = bridges[name] else { return }
    bridge.deleteMeters()
    change(.bridge(bridge)) {
      for port in Array(bridge.ports.values) { bridge.removePort(port.ofport) }
      bridges[name] = nil
    }
  }

  /// Starts to take packets for controllers from the datapath; `loop` is the control thread's.
  public func startPunts(on loop: EventLoop) {
    PuntReader(self, loop: loop) { [weak self] event in
      guard let self, let bridge = bridges.values.first(where: { $0.uuid == event.bridge }) else {
        return
      }
      onPacketIn?(bridge, event)
    }.start()
  }

  /// The port that `number` is in the datapath.
  public func port(datapathPort number: PortNumber) -> BridgePort? { datapathPorts[number] }

  // MARK: Links between ports (inside `change`)

  func link(_ port: BridgePort) {
    switch port.kind {
    case .datapath(let number):
      if let old = datapathPorts[number] { note(.bridge(old.bridge)) }
      datapathPorts[number] = port
    case .patch(let peerName):
      patchPorts[port.name] = port
      guard let peer = patchPorts[peerName], peer !== port,
        case .patch(let back) = peer.kind, back == port.name
      else { return }
      port.peer = peer
      peer.peer = port
      note(.bridge(peer.bridge))
    }
  }

  func unlink(_ port: BridgePort) {
    switch port.kind {
    case .datapath(let number):
      if datapathPorts[number] === port { datapathPorts[number] = nil }
    case .patch:
      if patchPorts[port.name] === port { patchPorts[port.name] = nil }
      if let peer = port.peer {
        peer.peer = nil
        note(.bridge(peer.bridge))
      }
      port.peer = nil
    }
  }

  /// Adds `body`'s figures to counters.
  func crediting<T>(_ body: () -> T) -> T { credits.withLock { _ in body() } }
}
