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
  var translation: Translation
  /// What the effects have been credited with already.
  var credited = Traffic()
  let created: Int64
  /// Length of the packet that the flow was made for. It is one of the flow's packets, but not one
  /// that met it: `dpctl/dump-flows` does not count it, as OVS's does not.
  let firstLength: UInt64
  /// In the order in which they were made.
  let number: UInt64
  /// Asked to go; stays until the worker has let go of it, for its last packets.
  var isDying = false

  init(
    _ handle: FlowHandle, miss: Miss, _ translation: Translation, number: UInt64, now: Int64
  ) {
    self.handle = handle
    packetKey = miss.key
    firstLength = UInt64(max(0, miss.packetLength))
    self.translation = translation
    self.number = number
    created = now
  }

  /// The traffic since the last call.
  func takeTraffic() -> Traffic {
    let total = handle.statistics
    let new = Traffic(
      packets: total.packets &- min(credited.packets, total.packets),
      bytes: total.bytes &- min(credited.bytes, total.bytes), used: total.used)
    credited = Traffic(
      packets: max(credited.packets, total.packets), bytes: max(credited.bytes, total.bytes),
      used: max(credited.used, total.used))
    return new
  }
}

extension Translation {
  /// Whether nothing changed that the translation depends on.
  func isCurrent(_ generation: UInt64) -> Bool {
    self.generation == generation
      && learnedFrom.allSatisfy { $0.table.generation == $0.generation }
  }

  /// The mask that is installed. Whether there is a tag is always part of it: without a condition on
  /// the tag, `dpctl/dump-flows` could not tell "no tag" from "any".
  func installedMask(for key: FlowKey) -> FlowMask {
    var mask = mask
    if mask.vlanTCI == 0 || key.vlanTCI & vlanPresent == 0 { mask.vlanTCI = .max }
    return mask
  }
}
