import Datapath
import Dispatch
import Fields
import Glibc
import OpenFlow
import Synchronization
import Testing

@testable import Pipeline

/// Translators answer misses while the control thread changes everything: once a change is applied,
/// no flow in the datapath says anything else than a new translation would.
@Suite struct ConcurrencyTests {
  @Test func appliedMeansApplied() throws {
    var world = RandomWorld(seed: 77)
    let keys = (0..<200).map { _ in world.randomKey() }
    let s = world.s
    let isOver = Atomic<Bool>(false)
    let next = Atomic<Int>(0)
    s.datapath.misses = {
      if isOver.load(ordering: .relaxed) { return nil }
      let index = next.wrappingAdd(1, ordering: .relaxed).newValue
      // One flow per key, as a worker would have it.
      let key = keys[index % keys.count]
      guard s.datapath.flow(for: key) == nil else {
        usleep(200)
        return []
      }
      return [Miss(worker: 0, key: key, packetLength: 60)]
    }
    s.pipeline.megaflows.start(translators: 3)
    for round in 0..<6 {
      world.changeFlows()
      if round % 3 == 0 { s["br0"].macTable.flush() }
      let applied = DispatchSemaphore(value: 0)
      let wrong = Mutex<[String]>([])
      s.pipeline.waitUntilApplied { applied.signal() }
      applied.wait()
      // Nothing else changes now but what packets teach, so compare under the write lock and pass
      // over flows whose bridges have learned since.
      s.pipeline.lock.writing {
        let flows = s.pipeline.megaflows.store.withLock { Array($0.flows.values) }
        for flow in flows where !flow.isDying && flow.handle.state != .removed {
          guard flow.translation.isCurrent(s.pipeline.generation) else {
            if flow.translation.generation != s.pipeline.generation {
              wrong.withLock { $0.append("flow of an old generation") }
            }
            continue
          }
          let new = s.pipeline.translate(flow.packetKey)
          if new?.actions != s.datapath.actions(of: flow.handle) {
            wrong.withLock {
              $0.append(DatapathFlowText.format(flow.packetKey, mask: flow.handle.mask))
            }
          }
        }
      }
      #expect(wrong.withLock { $0 } == [])
    }
    isOver.store(true, ordering: .relaxed)
    s.pipeline.megaflows.stop()
  }
}
