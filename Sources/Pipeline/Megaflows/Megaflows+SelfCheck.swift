import Datapath
import Fields
import Runtime

private let log = Log("self_check")
private let mismatchLimit = LogRateLimit(10, 10)
private let mismatchCounter = Coverage.counter("self_check_mismatch")

/// The self-check: workers report samples of packets and of the flows that they hit; each is translated
/// again, from the packet's own key, and compared with what the flow does. So an error anywhere between
/// the tables and the packet (a mask that is too wide, a change that was not carried through, a hash
/// table that gave the wrong flow, memory that was overwritten) is found while it does harm, and the
/// flow goes. There should never be one.
///
/// **No false alarms.** A flow that is right *now* must suit every packet under its mask *now*, however
/// long ago the packet came; so a sample needs no time. Samples of flows that may be out of date, or
/// that are gone, are passed over. What is suspicious is looked at a second time, after the workers
/// have processed everything that was posted.
///
/// **Cost.** Part of the revalidator's round, for at most a hundredth of the time since the last one;
/// when there are more samples, workers take them more rarely (`SampleRing`).
extension Megaflows {
  public struct SelfCheckCounters: Equatable, Sendable {
    /// Samples that were compared, and that could not be.
    public var checked: UInt64 = 0
    public var skipped: UInt64 = 0
    /// Flows that were wrong.
    public var mismatches: UInt64 = 0
  }

  /// What was found so far.
  public var selfChecks: SelfCheckCounters { store.withLock { $0.selfChecks } }

  /// Samples, and as many of their flows as a pass has come across.
  struct Samples {
    fileprivate let samples: [HitSample]
    fileprivate var flows: [UInt64: Megaflow] = [:]
    private let wanted: Set<UInt64>

    init(_ samples: [HitSample]) {
      self.samples = samples
      wanted = Set(samples.map(\.flow))
    }

    mutating func see(_ flow: Megaflow) {
      if !wanted.isEmpty, wanted.contains(flow.handle.number) { flows[flow.handle.number] = flow }
    }
  }

  /// Checks samples, as far as there is time. During a pass.
  func selfCheck(_ all: Samples) {
    let start = ContinuousClock.now
    let budget = (start - store.withLock { $0.lastSelfCheck }) / 100
    store.withLock { $0.lastSelfCheck = start }
    var rest = all.samples[...]
    while !rest.isEmpty {
      check(Array(rest.prefix(16)), all.flows)
      rest = rest.dropFirst(16)
      if ContinuousClock.now - start >= budget { break }
    }
  }

  private func check(_ samples: [HitSample], _ flows: [UInt64: Megaflow]) {
    var verdicts = samples.map { judge($0, flows[$0.flow]) }
    if verdicts.contains(where: \.isWrong) {
      // A change of actions may have been on its way.
      sink.waitForMailboxes()
      for index in verdicts.indices where verdicts[index].isWrong {
        verdicts[index] = judge(samples[index], flows[samples[index].flow])
      }
    }
    var wrong: [Megaflow] = []
    for case .wrong(let flow, let report) in verdicts
    where !wrong.contains(where: { $0 === flow }) {
      mismatchCounter.hit()
      log.warnRL(mismatchLimit, report)
      wrong.append(flow)
    }
    remove(wrong)
    store.withLock { store in
      store.selfChecks.mismatches += UInt64(wrong.count)
      for verdict in verdicts {
        if case .unknown = verdict {
          store.selfChecks.skipped += 1
        } else {
          store.selfChecks.checked += 1
        }
      }
    }
  }

  private enum Verdict {
    case right
    /// The flow is gone, or may be out of date.
    case unknown
    /// With what the log says.
    case wrong(Megaflow, String)

    var isWrong: Bool { if case .wrong = self { true } else { false } }
  }

  private func judge(_ sample: HitSample, _ flow: Megaflow?) -> Verdict {
    guard let flow else { return .unknown }
    return pipeline.lock.reading {
      let new = pipeline.translate(sample.key, sample.deep)
      // Looked at behind the translation, because translators learn while we read.
      guard let new, !flow.isDying, flow.handle.state == .installed,
        flow.translation.isCurrent(pipeline.generation)
      else { return .unknown }
      guard let found = fault(of: flow, sample, new) else { return .right }
      return .wrong(flow, report(flow, sample, found))
    }
  }

  /// What is wrong with a flow that a packet hit which is translated to `new`.
  private func fault(of flow: Megaflow, _ sample: HitSample, _ new: Translation) -> String? {
    let handle = flow.handle
    guard sample.key & handle.mask == handle.key, sample.deep & handle.deepMask == handle.deepKey
    else { return "does not match it" }
    if new.actions != flow.translation.actions {
      return "does \(text(flow.translation.actions)) where the tables say \(text(new.actions))"
    }
    if !handle.runs(new.actions) {
      let words = handle.installedProgram.map { "0x" + String($0, radix: 16) }
      return "runs the program [\(words.joined(separator: " "))] instead of \(text(new.actions))"
    }
    return nil
  }

  private func report(_ flow: Megaflow, _ sample: HitSample, _ fault: String) -> String {
    let name: (PortNumber) -> String? = { [pipeline] in pipeline.datapathPorts[$0]?.name }
    let key = DatapathFlowText.format(
      Flow(sample.key, sample.deep), mask: Flow(.exact, sample.deep), portName: name)
    let installed = DatapathFlowText.format(
      Flow(flow.packetKey, flow.packetDeep), mask: Flow(flow.handle.mask, flow.handle.deepMask),
      portName: name)
    return "packet \(key) hit flow \(installed), which \(fault): removing the flow"
  }

  private func text(_ actions: [DatapathAction]) -> String {
    DatapathActionText.format(
      actions, portName: { [pipeline] in pipeline.datapathPorts[$0]?.name },
      userspace: { [pipeline] in pipeline.punts.target($0)?.text($0, isSent: true) })
  }
}
