import Datapath
import Fields

extension Megaflows {
  /// Gives workers that are about to take queues over the flows of those that have them. Else each of
  /// these flows would be a miss, at full rate, and what finds no place to wait would be lost.
  /// Any thread that holds no lock of the pipeline.
  public func follow(_ moves: [QueueMove]) {
    var ways: [Way: Set<PortNumber>] = [:]
    for move in moves {
      ways[Way(from: move.from, to: move.to), default: []].insert(move.queue.port)
    }
    // No pass now: a copy is as right as the original, and the next pass sees both.
    pass.withLock { _ in
      for (way, ports) in ways { copy(way, ports) }
    }
  }

  private struct Way: Hashable {
    let from: Int
    let to: Int
  }

  private func copy(_ way: Way, _ ports: Set<PortNumber>) {
    let (own, theirs, room) = store.withLock { store in
      let flows = store.flows.values.filter {
        ports.contains($0.packetKey.inPort) && !$0.isDying && $0.handle.state != .removed
      }
      return (
        flows.filter { $0.handle.worker == way.from },
        Set(flows.filter { $0.handle.worker == way.to }.map(\.identity)),
        store.settings.flowLimit - store.flows.count
      )
    }
    // The busiest first: the masks that they bring are those to be searched first.
    let wanted = own.filter { !theirs.contains($0.identity) }
      .map { ($0, $0.handle.statistics.packets) }.sorted { $0.1 > $1.1 }
    for (flow, _) in wanted.prefix(max(0, room)) {
      guard let handle = sink.copy(flow.handle, to: way.to) else { continue }
      store.withLock { store in
        store.misses += 1
        let copy = Megaflow(copyOf: flow, handle, number: store.misses, now: pipeline.now())
        store.flows.add(copy)
        store.maximum = max(store.maximum, store.flows.count)
      }
    }
  }
}

extension Megaflow {
  /// What makes two flows of different workers the same.
  fileprivate struct Identity: Hashable {
    let key: FlowKey
    let mask: FlowMask
    let deepKey: DeepKey
    let deepMask: DeepKey
  }
  fileprivate var identity: Identity {
    Identity(
      key: handle.key, mask: handle.mask, deepKey: handle.deepKey, deepMask: handle.deepMask)
  }
}
