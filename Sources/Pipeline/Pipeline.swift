import Datapath
import Fields
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
/// it was translated in, and the revalidator translates again what is older; so a change costs
/// nothing but a number, however many changes come in a row. What was learned has a generation per
/// bridge, so that a moved address concerns only megaflows that crossed the bridge.
public final class Pipeline {
  let lock = ReadersWriterLock()
  /// Guards the counters of rules, tables and patch ports.
  let credits = Mutex<Void>(())
  let sink: any MegaflowSink
  /// Milliseconds of the monotonic clock, real or virtual.
  let now: () -> Int64

  private let generationWord = Atomic<UInt64>(1)
  /// Control thread: how deep `change` calls are nested.
  private var changing = 0

  public private(set) var bridges: [String: Bridge] = [:]
  /// Every port of the datapath that a bridge has.
  private(set) var datapathPorts: [PortNumber: BridgePort] = [:]
  /// Patch ports by name: how the two ends of a pair find each other.
  private var patchPorts: [String: BridgePort] = [:]

  /// Called on the control thread when a rule with "send flow removed" goes, and why.
  public var onFlowRemoved: ((Bridge, Rule, Rule.RemovalReason) -> Void)?
  /// Called on the control thread after a port was added, changed or removed.
  public var onPortChange: ((Bridge, BridgePort, PortChange) -> Void)?
  public enum PortChange: Sendable { case added, removed, modified }

  /// What keeps megaflows in step with the bridges.
  public private(set) lazy var megaflows = Megaflows(pipeline: self)
  /// Loops of patch ports that translations met.
  public let loops = PatchLoops()

  public init(datapath: any MegaflowSink, now: @escaping () -> Int64) {
    sink = datapath
    self.now = now
    _ = megaflows
  }

  /// The generation that a translation which starts now belongs to.
  public var generation: UInt64 { generationWord.load(ordering: .acquiring) }

  /// Changes bridges, ports or flows. Control thread; calls may nest, the outermost one counts.
  public func change<T>(_ body: () throws -> T) rethrows -> T {
    if changing > 0 { return try body() }
    defer { megaflows.requestRevalidation() }
    return try lock.writing {
      changing += 1
      defer { changing -= 1 }
      generationWord.wrappingAdd(1, ordering: .releasing)
      return try body()
    }
  }

  /// Calls `completion`, on any thread, as soon as all megaflows agree with the bridges as they are
  /// now and the workers know it.
  public func waitUntilApplied(_ completion: @escaping () -> Void) {
    megaflows.waitUntilApplied(completion)
  }

  // MARK: Bridges

  /// Adds a bridge without ports. A standalone bridge starts with the flow that makes it a switch.
  @discardableResult
  public func addBridge(
    _ name: String, datapathID: UInt64, settings: BridgeSettings = BridgeSettings()
  ) -> Bridge {
    change {
      let bridge = Bridge(name, datapathID: datapathID, settings: settings, pipeline: self)
      bridges[name] = bridge
      bridge.flushFlows()
      return bridge
    }
  }

  public func removeBridge(_ name: String) {
    change {
      guard let bridge = bridges[name] else { return }
      for port in Array(bridge.ports.values) { bridge.removePort(port.ofport) }
      bridges[name] = nil
    }
  }

  /// The port that `number` is in the datapath.
  public func port(datapathPort number: PortNumber) -> BridgePort? { datapathPorts[number] }

  // MARK: Links between ports (inside `change`)

  func link(_ port: BridgePort) {
    switch port.kind {
    case .datapath(let number): datapathPorts[number] = port
    case .patch(let peerName):
      patchPorts[port.name] = port
      guard let peer = patchPorts[peerName], peer !== port,
        case .patch(let back) = peer.kind, back == port.name
      else { return }
      port.peer = peer
      peer.peer = port
    }
  }

  func unlink(_ port: BridgePort) {
    switch port.kind {
    case .datapath(let number):
      if datapathPorts[number] === port { datapathPorts[number] = nil }
    case .patch:
      if patchPorts[port.name] === port { patchPorts[port.name] = nil }
      port.peer?.peer = nil
      port.peer = nil
    }
  }

  /// Adds `body`'s figures to counters.
  func crediting<T>(_ body: () -> T) -> T { credits.withLock { _ in body() } }
}
