/// A worker as control code sees it: who it is, what it polls, what it counted. A snapshot.
public struct WorkerDescription: Sendable {
  /// 0 is the event worker ("non-pmd"); busy workers count from 1.
  public var id: Int
  /// The core it is pinned to, nil for the event worker.
  public var core: Int?
  public var numaNode: Int
  /// What it polls, in the order of `ReceiveQueue`.
  public var queues: [ReceiveQueue]
  /// Whether it has pinned queues only, because the policy says so.
  public var isIsolated: Bool
  /// Longest sleep when it has little to do, in microseconds.
  public var maximumSleep: Int
  /// For how long `counters` have counted.
  public var countedMilliseconds: Int64
  public var counters: WorkerCounters
  /// Since the worker started.
  public var pauses: PauseHistogram
  /// Drops that belong to no port, by `DropReason.rawValue`.
  public var drops: [UInt64]
}

/// What a worker counted since it started or since its counters were cleared.
public struct WorkerCounters: Equatable, Sendable {
  public var packetsReceived: UInt64 = 0
  public var packetsRecirculated: UInt64 = 0
  /// Packets whose flow the cache had.
  public var cacheHits: UInt64 = 0
  /// Packets whose flow the megaflow tables had, and how many tables were searched for those.
  public var megaflowHits: UInt64 = 0
  public var megaflowLookups: UInt64 = 0
  /// Packets that went to the translators (or wait behind one that did), and packets lost there.
  public var misses: UInt64 = 0
  public var lost: UInt64 = 0
  /// Packets given to an output port, and the bursts they went in.
  public var packetsSent: UInt64 = 0
  public var sendBursts: UInt64 = 0
  /// Poll-loop rounds with and without packets, and the TSC cycles they took.
  public var busyIterations: UInt64 = 0
  public var idleIterations: UInt64 = 0
  public var busyCycles: UInt64 = 0
  public var idleCycles: UInt64 = 0
  /// Rounds after which it slept, and for how long. No part of the others.
  public var sleepIterations: UInt64 = 0
  public var sleepCycles: UInt64 = 0
  /// Cycles that asking the translators took the worker; counted with round metrics only.
  public var missCycles: UInt64 = 0
  /// Flows installed now, and the masks they have.
  public var flows: UInt64 = 0
  public var masks: UInt64 = 0

  public init() {}
}
