import Runtime

private let evictions = Coverage.counter("mac_learning_evicted")

/// The table's array and chain. All of these keep index, chain, free list and counts in step.
extension MACTable.State {
  /// Makes an entry, the newest one.
  mutating func insert(_ key: MACTable.Key, port: BridgePort, seen: Int64?) {
    let slot = MACTable.Slot(key: key, port: port, seen: seen)
    let index: Int
    if let reused = free.popLast() {
      index = reused
      slots[index] = slot
    } else {
      index = slots.count
      slots.append(slot)
    }
    self.index[key] = index
    perPort[ObjectIdentifier(port), default: 0] += 1
    if seen == nil { statistics.staticEntries += 1 }
    append(index)
  }

  mutating func remove(_ index: Int) {
    unchain(index)
    let slot = slots[index]
    self.index[slot.key] = nil
    if slot.seen == nil { statistics.staticEntries -= 1 }
    count(slot.port, -1)
    slots[index].port = nil
    free.append(index)
  }

  /// Gives an entry to another port.
  mutating func move(_ index: Int, to port: BridgePort) {
    count(slots[index].port, -1)
    slots[index].port = port
    perPort[ObjectIdentifier(port), default: 0] += 1
  }

  /// Makes an entry the newest one.
  mutating func touch(_ index: Int) {
    guard newest != index else { return }
    unchain(index)
    append(index)
  }

  /// Removes the oldest learned entry of the port that has most; false when all are static.
  mutating func evict() -> Bool {
    guard let greediest = perPort.max(by: { $0.value < $1.value })?.key else { return false }
    var index = oldest
    var fallback = -1
    while index >= 0 {
      let slot = slots[index]
      if slot.seen != nil, let port = slot.port {
        if ObjectIdentifier(port) == greediest { break }
        if fallback < 0 { fallback = index }
      }
      index = slot.newer
    }
    if index < 0 { index = fallback }
    guard index >= 0 else { return false }
    remove(index)
    statistics.evicted += 1
    evictions.hit()
    return true
  }

  private mutating func count(_ port: BridgePort?, _ change: Int) {
    guard let port else { return }
    let id = ObjectIdentifier(port)
    let left = (perPort[id] ?? 0) + change
    perPort[id] = left > 0 ? left : nil
  }

  private mutating func append(_ index: Int) {
    slots[index].older = newest
    slots[index].newer = -1
    if newest >= 0 { slots[newest].newer = index } else { oldest = index }
    newest = index
  }

  private mutating func unchain(_ index: Int) {
    let (older, newer) = (slots[index].older, slots[index].newer)
    if older >= 0 { slots[older].newer = newer } else { oldest = newer }
    if newer >= 0 { slots[newer].older = older } else { newest = older }
  }
}
