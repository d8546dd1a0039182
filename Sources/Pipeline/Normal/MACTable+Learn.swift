import Fields
import Runtime

private let learned = Coverage.counter("mac_learning_learned")
private let moved = Coverage.counter("mac_learning_moved")
private let expired = Coverage.counter("mac_learning_expired")

/// What a packet teaches a bridge: its source is behind `port`. Found by translation, applied later
/// as an effect, and again as long as the megaflow has traffic.
struct LearnedAddress: Hashable {
  var address: EthernetAddress
  var vlan: UInt16
  /// The packet was a gratuitous ARP: the address may have moved even where that looks odd.
  var isGratuitousARP: Bool
}

extension MACTable {
  /// How long a gratuitous ARP keeps bonds from claiming its source, in seconds.
  static let gratuitousLockTime: Int64 = 5

  enum Lesson { case nothingNew, refreshed, learned, moved }

  /// Learns an address. `overBond`: the port belongs to a bond, which may reflect our own packets.
  @discardableResult
  func learn(
    _ lesson: LearnedAddress, port: BridgePort, overBond: Bool = false, now: Int64
  ) -> Lesson {
    update { state in
      let outcome = state.learn(lesson, port: port, overBond: overBond, second: now / 1000)
      return (outcome, outcome == .learned || outcome == .moved)
    }
  }

  /// Takes the settings over. An address in a flood VLAN is forgotten.
  func configure(_ settings: BridgeSettings, now: Int64) {
    update { state in
      state.agingTime = Int64(min(max(settings.macAgingTime, 15), 3600))
      state.maxEntries = min(max(settings.macTableSize, 10), 1_000_000)
      var changed = settings.floodVLANs != state.floodVLANs
      state.floodVLANs = settings.floodVLANs
      if changed { state.removeAll { $0.seen != nil && settings.floodVLANs.contains($0.key.vlan) } }
      while state.index.count > state.maxEntries, state.evict() { changed = true }
      return ((), changed)
    }
  }

  /// Forgets what was not seen for the ageing time. Cheap when nothing is due.
  public func expire(now: Int64) {
    update { state in
      var changed = false
      var index = state.oldest
      while index >= 0 {
        let slot = state.slots[index]
        if let seen = slot.seen {
          guard now / 1000 - seen >= state.agingTime else { break }
          state.remove(index)
          state.statistics.expired += 1
          expired.hit()
          changed = true
        }
        index = slot.newer
      }
      return ((), changed)
    }
  }

  /// Forgets everything that was learned; static entries stay.
  public func flush() {
    update { ((), $0.removeAll { $0.seen != nil }) }
  }

  /// Forgets a port that changes or goes, static entries included.
  func forget(_ port: BridgePort) {
    update { state in
      guard state.perPort[ObjectIdentifier(port)] != nil else { return ((), false) }
      return ((), state.removeAll { $0.port === port })
    }
  }

  // MARK: Static entries (fdb/add, fdb/del)

  public func addStatic(_ address: EthernetAddress, vlan: UInt16, port: BridgePort) {
    update { state in
      let key = Key(address: address, vlan: vlan)
      if let old = state.index[key] { state.remove(old) }
      state.insert(key, port: port, seen: nil)
      return ((), true)
    }
  }

  /// False when there is no static entry of that address and VLAN.
  public func removeStatic(_ address: EthernetAddress, vlan: UInt16) -> Bool {
    update { state in
      guard let index = state.index[Key(address: address, vlan: vlan)],
        state.slots[index].seen == nil
      else { return (false, false) }
      state.remove(index)
      return (true, true)
    }
  }
}

extension MACTable.State {
  mutating func learn(
    _ lesson: LearnedAddress, port: BridgePort, overBond: Bool, second: Int64
  ) -> MACTable.Lesson {
    guard !lesson.address.isMulticast, !floodVLANs.contains(lesson.vlan) else {
      return .nothingNew
    }
    let key = MACTable.Key(address: lesson.address, vlan: lesson.vlan)
    guard let index = index[key] else { return add(key, lesson, port, overBond, second) }
    // Somebody said where a static address is; packets do not change that.
    guard let seen = slots[index].seen else { return .nothingNew }
    if lesson.isGratuitousARP {
      if !overBond {
        slots[index].gratuitousLock = second + MACTable.gratuitousLockTime
      } else if slots[index].gratuitousLock > second {
        return .nothingNew
      }
    }
    slots[index].seen = max(seen, second)
    touch(index)
    guard slots[index].port !== port else { return .refreshed }
    move(index, to: port)
    statistics.moved += 1
    moved.hit()
    return .moved
  }

  private mutating func add(
    _ key: MACTable.Key, _ lesson: LearnedAddress, _ port: BridgePort, _ overBond: Bool,
    _ second: Int64
  ) -> MACTable.Lesson {
    if index.count >= maxEntries, !evict() { return .nothingNew }
    insert(key, port: port, seen: second)
    if lesson.isGratuitousARP, !overBond, let index = index[key] {
      slots[index].gratuitousLock = second + MACTable.gratuitousLockTime
    }
    statistics.learned += 1
    learned.hit()
    return .learned
  }

  /// Removes the entries that `unwanted` names; says whether there was one.
  @discardableResult
  mutating func removeAll(_ unwanted: (MACTable.Slot) -> Bool) -> Bool {
    let victims = index.values.filter { unwanted(slots[$0]) }
    for victim in victims { remove(victim) }
    return !victims.isEmpty
  }
}
