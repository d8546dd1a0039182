/// Which busy worker polls which receive queue: a pure function of the workers and queues that there
/// are, of what the operator wants (`Policy`) and of what each queue has cost lately.
///
/// Pinned queues go to their core first; a worker with pinned queues gets no others when the policy
/// isolates. The rest goes, by the algorithm, to workers that are left on the queue's NUMA node; if
/// there are none, to those of the other nodes in turn. The algorithms are OVS's
/// (ovs-vswitchd.conf.db(5), `pmd-rxq-assign`):
///
/// - `roundrobin`: in the order of ports, worker after worker.
/// - `cycles`: the most expensive queue first; up and down the list of workers.
/// - `group`: the most expensive queue first; to the worker with the least work.
///
/// `steps` says what was decided in which order, for the log.
public struct QueueAssignment: Equatable, Sendable {
  public enum Algorithm: String, Sendable { case roundrobin, cycles, group }

  public struct Policy: Equatable, Sendable {
    public var algorithm = Algorithm.cycles
    /// Whether pinned queues have their worker for themselves.
    public var isolates = true
    /// Cores of pinned queues.
    public var pins: [ReceiveQueue: Int] = [:]
    public init() {}
  }

  public struct Worker: Hashable, Sendable {
    public var id: Int
    public var core: Int
    public var numaNode: Int
    public init(id: Int, core: Int, numaNode: Int) {
      (self.id, self.core, self.numaNode) = (id, core, numaNode)
    }
  }

  public struct Queue: Hashable, Sendable {
    public var queue: ReceiveQueue
    public var numaNode: Int
    public init(_ queue: ReceiveQueue, numaNode: Int) {
      (self.queue, self.numaNode) = (queue, numaNode)
    }
  }

  public struct Step: Equatable, Sendable {
    public enum Outcome: Equatable, Sendable {
      case pinned(Worker)
      /// There is no worker on this core: the queue is assigned as if it were not pinned.
      case cannotPin(core: Int)
      case assigned(Worker)
      /// All workers are isolated.
      case notPolled
    }
    public var queue: ReceiveQueue
    /// The node of the queue's port.
    public var numaNode: Int
    /// What it cost in the last minute.
    public var cycles: UInt64
    public var outcome: Outcome
  }

  public private(set) var steps: [Step] = []
  /// Ids of workers that have pinned queues only.
  public private(set) var isolated: Set<Int> = []
  /// Whether a queue that is not pinned went to a worker of another node.
  public private(set) var crossesNodes = false
  /// Queues and their cost by the id of their worker, each list in the order of `ReceiveQueue`.
  public private(set) var queues: [Int: [ReceiveQueue]] = [:]
  public private(set) var cycles: [Int: UInt64] = [:]

  public init() {}

  public init(
    _ queues: [Queue], to workers: [Worker], policy: Policy, cycles: [ReceiveQueue: UInt64]
  ) {
    let workers = workers.sorted { $0.core < $1.core }
    let cost = policy.algorithm == .roundrobin ? [:] : cycles
    var rest: [Queue] = []
    for queue in queues.sorted(by: { $0.queue < $1.queue }) {
      guard let core = policy.pins[queue.queue] else {
        rest.append(queue)
        continue
      }
      let place = workers.first { $0.core == core }
      add(queue, cost, place.map(Step.Outcome.pinned) ?? .cannotPin(core: core), place)
      if place == nil { rest.append(queue) }
      if let place, policy.isolates { isolated.insert(place.id) }
    }
    var nodes = Nodes(workers.filter { !isolated.contains($0.id) })
    if policy.algorithm != .roundrobin {
      rest.sort { (cost[$1.queue] ?? 0, $0.queue) < (cost[$0.queue] ?? 0, $1.queue) }
    }
    for queue in rest {
      let place = nodes.choose(queue, policy.algorithm, (cost[queue.queue] ?? 0) > 0, self)
      if let place, place.numaNode != queue.numaNode { crossesNodes = true }
      add(queue, cost, place.map(Step.Outcome.assigned) ?? .notPolled, place)
    }
    for id in self.queues.keys { self.queues[id]?.sort() }
  }

  private mutating func add(
    _ queue: Queue, _ cost: [ReceiveQueue: UInt64], _ outcome: Step.Outcome, _ place: Worker?
  ) {
    let cycles = cost[queue.queue] ?? 0
    steps.append(
      Step(queue: queue.queue, numaNode: queue.numaNode, cycles: cycles, outcome: outcome))
    guard let place else { return }
    queues[place.id, default: []].append(queue.queue)
    self.cycles[place.id, default: 0] += cycles
  }

  /// The workers that take part, by node, and how far the walk over each node's has come.
  private struct Nodes {
    private struct Node {
      var workers: [Worker]
      var next = 0
      var isRising = true
    }
    private var nodes: [Int: Node] = [:]
    private let order: [Int]
    /// The place in `order` of the node that was the last to take another's queue.
    private var lastForeign = -1

    init(_ workers: [Worker]) {
      for (node, own) in Dictionary(grouping: workers, by: \.numaNode) {
        nodes[node] = Node(workers: own)
      }
      order = nodes.keys.sorted()
    }

    mutating func choose(
      _ queue: Queue, _ algorithm: Algorithm, _ hasCost: Bool, _ so: QueueAssignment
    ) -> Worker? {
      guard !order.isEmpty else { return nil }
      var node = queue.numaNode
      if nodes[node] == nil {
        lastForeign = (lastForeign + 1) % order.count
        node = order[lastForeign]
      }
      if algorithm == .group { return leastLoaded(node, hasCost, so) }
      return walk(node, turns: algorithm == .cycles)
    }

    /// By work; for a queue that nothing is known of, by number of queues.
    private func leastLoaded(_ node: Int, _ hasCost: Bool, _ so: QueueAssignment) -> Worker? {
      nodes[node]?.workers.min { a, b in
        hasCost
          ? so.cycles[a.id] ?? 0 < so.cycles[b.id] ?? 0
          : so.queues[a.id]?.count ?? 0 < so.queues[b.id]?.count ?? 0
      }
    }

    /// 1, 2, 3, 3, 2, 1, 1, ... when it turns, else 1, 2, 3, 1, ...
    private mutating func walk(_ node: Int, turns: Bool) -> Worker? {
      guard var place = nodes[node] else { return nil }
      let chosen = place.workers[place.next]
      let isAtEnd = place.next == (place.isRising ? place.workers.count - 1 : 0)
      if !isAtEnd {
        place.next += place.isRising ? 1 : -1
      } else if turns {
        place.isRising.toggle()
      } else {
        place.next = 0
      }
      nodes[node] = place
      return chosen
    }
  }
}
