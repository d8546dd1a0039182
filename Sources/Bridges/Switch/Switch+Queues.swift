import Datapath
import Runtime

private let datapathLog = Log("dpif_netdev")

/// Which PMD thread polls which queue of which port: what the database wants of it, and what came of
/// it in the log, in OVS's words.
extension Switch {
  /// Tells the datapath what is wanted of queues. Assignment is the datapath's.
  func settleQueues() {
    var policy = QueueAssignment.Policy()
    policy.algorithm = pollSettings.algorithm
    policy.isolates = pollSettings.isolates
    for (number, port) in datapathPortsInOrder {
      settle(port, number)
      for (queue, core) in port.queuePins {
        policy.pins[ReceiveQueue(port: number, queue: queue)] = core
      }
    }
    datapath.setQueuePolicy(policy)
  }

  private func settle(_ port: RunningPort, _ number: PortNumber) {
    let affinity = port.wanted.otherConfig["pmd-rxq-affinity"] ?? ""
    if affinity != port.affinityText {
      port.affinityText = affinity
      if let pins = PollSettings.affinity(affinity) {
        port.queuePins = pins
      } else {
        datapathLog.warn(
          "\(port.name): cannot parse pmd-rxq-affinity '\(affinity)' (Invalid argument), "
            + "queues stay where they are")
      }
    }
    let isByHash = port.wanted.otherConfig["tx-steering"] == "hash"
    guard isByHash != port.isSteeredByHash else { return }
    port.isSteeredByHash = isByHash
    datapath.steerByHash(number, isByHash)
    datapathLog.info(
      "\(port.name): Tx packet steering mode has been set to '\(isByHash ? "hash" : "thread")'.")
  }

  /// How workers wait, send and measure.
  func settleWorkerOptions() {
    var options = pollSettings.options
    options.watch = roundLog.settings.watch
    datapath.setWorkerOptions(options)
  }

  // MARK: Load

  /// Every five seconds: takes a sample, and assigns queues anew if that is wanted and worth it.
  func sampleLoad() {
    let balance = pollSettings.balance
    datapath.sampleLoad(balance)
    let now = Clock.shared.monotonicMilliseconds
    guard balance.isEnabled, let last = lastBalance else {
      lastBalance = balance.isEnabled ? now : nil
      return
    }
    guard now > last + Int64(balance.interval) * 60_000 else { return }
    lastBalance = now
    guard let findings = datapath.balanceQueues(balance) else { return }
    for finding in findings {
      datapathLog.dbg(
        "Numa node \(finding.numaNode). Current variance \(finding.current) Estimated variance "
          + "\(finding.estimate). Variance improvement \(finding.improvement)%.")
    }
    if balance.isWorthIt(findings) {
      datapathLog.info("PMD auto load balance dry run. Requesting datapath reconfigure.")
    }
  }

  // MARK: Log

  func logAssignment(_ new: QueueAssignment) {
    var isAnnounced = false
    for step in new.steps {
      if case .pinned = step.outcome {
      } else if !isAnnounced {
        isAnnounced = true
        datapathLog.info(
          "Performing pmd to rx queue assignment using \(pollSettings.algorithm.rawValue) "
            + "algorithm.")
      }
      log(step)
    }
  }

  private func log(_ step: QueueAssignment.Step) {
    let place = "port '\(portName(step.queue.port))' rx queue \(step.queue.queue)"
    let cost =
      pollSettings.algorithm == .roundrobin
      ? "" : " (measured processing cycles \(step.cycles))"
    switch step.outcome {
    case .pinned(let worker):
      datapathLog.info("\(worker.text) is pinned with \(place)\(cost)")
    case .cannotPin(let core):
      datapathLog.warn(
        "Core \(core.padded) cannot be pinned with \(place). Use pmd-cpu-mask to enable a pmd on "
          + "core \(core). An alternative core will be assigned.")
    case .assigned(let worker):
      if worker.numaNode != step.numaNode {
        datapathLog.info(
          "There's no available (non-isolated) pmd thread on numa node \(step.numaNode). "
            + "\(place.capitalizedFirst) will be assigned to a pmd on numa node "
            + "\(worker.numaNode). This may lead to reduced performance.")
      }
      datapathLog.info("\(worker.text) assigned \(place)\(cost).")
    case .notPolled:
      datapathLog.warn(
        "No non-isolated pmd on any numa available for \(place)\(cost). This rx queue will not be "
          + "polled.")
    }
  }
}

extension QueueAssignment.Worker {
  fileprivate var text: String { "Core \(core.padded) on numa node \(numaNode)" }
}

extension Int {
  fileprivate var padded: String { self < 10 ? " \(self)" : String(self) }
}

extension String {
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
