import Datapath
import Fields

/// A flow of a worker, and what one must know to keep it right: the generation it was translated in,
/// what it depends on, and the effects that its traffic has.
///
/// Owned by `Megaflows`; its fields change under the store's lock only.
final class Megaflow {
  let handle: FlowHandle
  /// The key of the packet it was made for: what revalidation translates again.
  let packetKey: FlowKey
  let packetDeep: DeepKey
  var translation: Translation
  /// What the effects have been credited with already.
  var credited = Traffic()
  let created: Int64
  /// The packet that the flow was made for, and its length. It is one of the flow's packets, but not
  /// one that met it: `dpctl/dump-flows` does not count it, as OVS's does not. A copy has none.
  let firstPackets: UInt64
  let firstLength: UInt64
  /// In the order in which they were made.
  let number: UInt64
  /// Its place in the store's list.
  var place = 0
  /// Asked to go; stays until the worker has let go of it, for its last packets.
  var isDying = false

  init(
    _ handle: FlowHandle, miss: Miss, _ translation: Translation, number: UInt64, now: Int64
  ) {
    self.handle = handle
    packetKey = miss.key
    packetDeep = miss.deep
    firstPackets = 1
    firstLength = UInt64(max(0, miss.packetLength))
    self.translation = translation
    self.number = number
    created = now
  }

  /// The same flow at another worker.
  init(copyOf flow: Megaflow, _ handle: FlowHandle, number: UInt64, now: Int64) {
    self.handle = handle
    packetKey = flow.packetKey
    packetDeep = flow.packetDeep
    (firstPackets, firstLength) = (0, 0)
    translation = flow.translation
    self.number = number
    created = now
  }

  /// The traffic since the last call.
  func takeTraffic() -> Traffic {
    let total = handle.statistics
    let new = Traffic(
      packets: total.packets &- min(credited.packets, total.packets),
      bytes: total.bytes &- min(credited.bytes, total.bytes), used: total.used,
      tcpFlags: total.tcpFlags)
    credited = Traffic(
      packets: max(credited.packets, total.packets), bytes: max(credited.bytes, total.bytes),
      used: max(credited.used, total.used))
    return new
  }
}

/// All megaflows, in no order. Every new one is added, so that adding and removing take the same few
/// steps however many there are.
struct MegaflowList {
  private var flows: [Megaflow] = []

  var count: Int { flows.count }

  /// A copy: going over it, or keeping it, costs those who add nothing.
  var values: [Megaflow] { flows.map { $0 } }

  mutating func add(_ flow: Megaflow) {
    flow.place = flows.count
    flows.append(flow)
  }

  /// Removes a flow, if it is there.
  mutating func remove(_ flow: Megaflow) {
    let place = flow.place
    guard place < flows.count, flows[place] === flow else { return }
    let last = flows.removeLast()
    guard last !== flow else { return }
    last.place = place
    flows[place] = last
  }
}

extension Megaflow {
  /// What is known of the flow's packets when a table was searched.
  func known(at visit: TableVisit) -> KnownPackets {
    var key = packetKey
    var known = handle.mask & (translation.diverged ^ .exact)
    key.inPort = visit.inPort
    known.inPort = .max
    return KnownPackets(key: key, known: known, metadata: visit.metadata)
  }
}

extension Translation {
  /// Whether nothing was learned or forgotten in the tables that the translation depends on.
  var isLearnedStill: Bool { learnedFrom.allSatisfy(\.isCurrent) }

  /// Whether a change since may concern it: of the bridges it crossed, of groups and meters, of a flow
  /// that it taught.
  func mayBeConcerned(by pipeline: Pipeline) -> Bool {
    if pipeline.changedBroadly(since: generation) { return true }
    guard let visits, !visits.crossedBridge(changedSince: generation) else { return true }
    if named.contains(where: { $0.mayBeConcerned(since: generation) }) { return true }
    // A flow that it taught is gone, whatever packets that flow was for: it has to be taught again.
    return effects.contains {
      if case .learnFlow(let lesson) = $0 { lesson.learned?.isRemoved == true } else { false }
    }
  }

  /// Whether nothing changed that the translation may depend on.
  func isCurrent(_ generation: UInt64) -> Bool {
    self.generation == generation && isLearnedStill
  }

  /// The mask that is installed. Whether there is a tag is always part of it: without a condition on
  /// the tag, `dpctl/dump-flows` could not tell "no tag" from "any".
  func installedMask(for key: FlowKey) -> FlowMask {
    var mask = mask
    if mask.vlanTCI == 0 || key.vlanTCI & vlanPresent == 0 { mask.vlanTCI = .max }
    return mask
  }
}

extension FlowMask {
  /// Every bit.
  static let exact: FlowMask = {
    var mask = FlowMask()
    for offset in stride(from: 0, to: FlowKey.byteCount, by: 8) {
      mask.setField(offset, UInt64.max)
    }
    return mask
  }()
}
