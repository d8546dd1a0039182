/// An action set: what `write_actions` collects, and what a bucket of a group is. The order in which
/// it is carried out is that of `ActionSetSlot`, not that of writing (OpenFlow 1.5.1, section 5.6):
///
/// 1. actions that make or remove headers, each once: the last one that was written counts;
/// 2. actions that set fields, in the order in which they were written;
/// 3. one action that sends the packet somewhere. Without one nothing is done at all.
public enum ActionSet {
  /// Whether an action may stand in an action set.
  public static func admits(_ action: any Action) -> Bool {
    type(of: action).actionSetSlot != nil
  }

  /// What carrying out the set means, as a list.
  public static func list(_ written: [any Action]) -> [any Action] {
    var slots: [ActionSetSlot: any Action] = [:]
    var sets: [any Action] = []
    for action in written {
      guard let slot = type(of: action).actionSetSlot else { continue }
      if slot == .setOrMove { sets.append(action) } else { slots[slot] = action }
    }
    guard let last = slots.keys.max(), last > .setOrMove else { return [] }
    let headers = slots.filter { $0.key < .setOrMove }.sorted { $0.key < $1.key }
    return headers.map(\.value) + sets + [slots[last]].compactMap { $0 }
  }
}

extension Sequence<any Action> {
  /// Calls `body` with every action, those inside others included.
  @inlinable
  public func forEachNested<E: Error>(_ body: (any Action) throws(E) -> Void) throws(E) {
    for action in self {
      try body(action)
      let nested = action.nestedActions
      if !nested.isEmpty { try nested.forEachNested(body) }
    }
  }

  /// Whether an action names the group.
  public func refer(toGroup id: UInt32) -> Bool {
    contains { $0.group == id || $0.nestedActions.refer(toGroup: id) }
  }

  /// Whether an action names the meter.
  public func refer(toMeter id: UInt32) -> Bool {
    contains { $0.meter == id || $0.nestedActions.refer(toMeter: id) }
  }
}
