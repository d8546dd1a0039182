import OpenFlow
import Runtime
import Synchronization

private let log = Log("ofproto")
private let limitLimit = LogRateLimit(1, 5)

/// Flows that packets teach: work that translators and the revalidator leave to the control thread,
/// which alone changes flow tables.
///
/// A packet that teaches something new waits, parked at its worker, until the flow is in its table.
/// So whoever answers it finds the flow, however fast. Any number of lessons that come while the
/// control thread is busy cost one change of the tables.
final class FlowLearning {
  private struct Job {
    let lessons: [FlowLesson]
    let completion: (() -> Void)?
  }

  private struct Queue {
    var jobs: [Job] = []
    var timeouts: [(FlowTable, Rule, FinTimeout)] = []
    var isEmpty: Bool { jobs.isEmpty && timeouts.isEmpty }
  }

  private let queue = Mutex(Queue())
  private unowned let pipeline: Pipeline
  /// Has the control thread call `work` soon; any thread. Nil without a control thread (tests), where
  /// whoever leaves work calls it, too.
  var wake: (() -> Void)?

  init(_ pipeline: Pipeline) { self.pipeline = pipeline }

  /// Has lessons learned. `completion` runs on the control thread afterwards. Any thread.
  func learn(_ lessons: [FlowLesson], then completion: (() -> Void)? = nil) {
    add { $0.jobs.append(Job(lessons: lessons, completion: completion)) }
  }

  /// Has a rule's timeouts reduced. Any thread.
  func reduce(_ rule: Rule, of table: FlowTable, _ timeouts: FinTimeout) {
    guard rule.isLonger(than: timeouts) else { return }
    add { $0.timeouts.append((table, rule, timeouts)) }
  }

  private func add(_ body: (inout Queue) -> Void) {
    let wasEmpty = queue.withLock { queue in
      defer { body(&queue) }
      return queue.isEmpty
    }
    if wasEmpty { wake?() }
  }

  /// Does what was left. Control thread, without a lock of the pipeline.
  func work() {
    let queue = self.queue.withLock { queue in
      defer { queue = Queue() }
      return queue
    }
    guard !queue.isEmpty else { return }
    for (table, rule, timeouts) in queue.timeouts where !rule.isRemoved {
      pipeline.crediting {
        table.update(rule) {
          rule.idleTimeout = Rule.shorter(rule.idleTimeout, timeouts.idle)
          rule.hardTimeout = Rule.shorter(rule.hardTimeout, timeouts.hard)
        }
      }
    }
    learnNow(queue.jobs.flatMap(\.lessons))
    for job in queue.jobs { job.completion?() }
  }

  /// `work`, if nobody else will do it.
  func workIfAlone() { if wake == nil { work() } }

  /// Learns at once. Control thread.
  func learnNow(_ lessons: [FlowLesson]) {
    let new = lessons.filter { lesson in
      lesson.find()
      return !lesson.isLearned
    }
    guard !new.isEmpty else { return }
    pipeline.change(.rules) {
      for lesson in new { lesson.bridge.learn(lesson) }
    }
  }
}

extension Bridge {
  /// Whether another flow with the lesson's cookie may be learned. Under the pipeline's lock.
  func hasRoom(for lesson: FlowLesson) -> Bool {
    guard lesson.limit > 0 else { return true }
    let key = lesson.key
    return index.count(of: key) ?? key.rules(in: tables).count < Int(lesson.limit)
  }

  /// Adds or changes a flow, inside `change`.
  fileprivate func learn(_ lesson: FlowLesson) {
    // An earlier lesson may have been the same.
    lesson.find()
    guard !lesson.isLearned, pipeline.bridges[name] === self else { return }
    if lesson.limit > 0 { index.watch(lesson.key, in: tables) }
    guard hasRoom(for: lesson) else {
      return log.infoRL(limitLimit, "Learn limit for flow \(lesson.flow.newCookie ?? 0) reached.")
    }
    do { try apply(lesson.flow) } catch {
      return log.warnRL(limitLimit, "LEARN action execution failed (\(error)).")
    }
    lesson.find()
  }
}

extension Rule {
  fileprivate static func shorter(_ old: UInt16, _ new: UInt16) -> UInt16 {
    new != 0 && (old == 0 || old > new) ? new : old
  }

  /// Whether a timeout would be shortened. Under the statistics lock.
  fileprivate func isLonger(than timeouts: FinTimeout) -> Bool {
    Self.shorter(idleTimeout, timeouts.idle) != idleTimeout
      || Self.shorter(hardTimeout, timeouts.hard) != hardTimeout
  }
}
