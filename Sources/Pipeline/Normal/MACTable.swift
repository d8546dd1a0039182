import Fields
import Synchronization

/// The addresses that a bridge learned: which port leads to a MAC address in a VLAN.
///
/// Entries live in one array, are found by a dictionary from address and VLAN, and are chained from
/// the least to the most recently seen, so that ageing looks only at what is due. When the table is
/// full, the port with the most entries loses its oldest one: an address scan on one port does not
/// make the switch forget the others' addresses.
///
/// `generation` counts the changes of a mapping (not the times that an entry was seen again), so it
/// tells whether a forwarding decision made earlier would be the same now.
///
/// Any thread: everything is under the table's own mutex. Times are milliseconds; ages are whole
/// seconds of the clock, as OVS has them.
public final class MACTable {
  struct Key: Hashable {
    var address: EthernetAddress
    var vlan: UInt16
  }

  struct Slot {
    var key: Key
    var port: BridgePort?
    /// Second in which it was last seen, or nil for an entry that somebody set and that stays.
    var seen: Int64?
    /// Until this second, do not believe that the address moved to a bond.
    var gratuitousLock: Int64 = 0
    var older = -1, newer = -1
  }

  struct State {
    var index: [Key: Int] = [:]
    var slots: [Slot] = []
    var free: [Int] = []
    var oldest = -1, newest = -1
    var perPort: [ObjectIdentifier: Int] = [:]
    var agingTime: Int64 = 300
    var maxEntries = 8192
    var floodVLANs: Set<UInt16> = []
    var statistics = Statistics()
  }

  /// The figures of `fdb/stats-show`.
  public struct Statistics: Equatable, Sendable {
    public var entries = 0, maxEntries = 0, staticEntries = 0
    public var learned: UInt64 = 0, expired: UInt64 = 0, evicted: UInt64 = 0, moved: UInt64 = 0
  }

  /// A line of `fdb/show`. `age` in seconds, nil for a static entry.
  public struct Entry {
    public let port: BridgePort
    public let vlan: UInt16
    public let address: EthernetAddress
    public let age: Int64?
  }

  let state = Mutex(State())
  private let generationWord = Atomic<UInt64>(1)

  init() {}

  /// Grows whenever a lookup may give another answer than before.
  public var generation: UInt64 { generationWord.load(ordering: .acquiring) }

  /// Runs `body` on the table; when it says that a mapping changed, there is a new generation.
  func update<T>(_ body: (inout State) -> (result: T, changed: Bool)) -> T {
    state.withLock {
      let (result, changed) = body(&$0)
      if changed { generationWord.wrappingAdd(1, ordering: .releasing) }
      return result
    }
  }

  // MARK: Asking

  /// The port that leads to `address`, nil when unknown.
  func lookup(_ address: EthernetAddress, vlan: UInt16) -> BridgePort? {
    if address.isMulticast { return nil }
    return state.withLock { state in
      guard !state.floodVLANs.contains(vlan),
        let slot = state.index[Key(address: address, vlan: vlan)]
      else { return nil }
      return state.slots[slot].port
    }
  }

  /// Whether packets teach where `address` is: not so in a flood VLAN, or where somebody set it.
  func learns(_ address: EthernetAddress, vlan: UInt16) -> Bool {
    if address.isMulticast { return false }
    return state.withLock { state in
      guard !state.floodVLANs.contains(vlan) else { return false }
      return state.index[Key(address: address, vlan: vlan)].map { state.slots[$0].seen != nil }
        ?? true
    }
  }

  /// All entries, the one that was not seen for longest first.
  public func entries(now: Int64) -> [Entry] {
    state.withLock { state in
      var result: [Entry] = []
      var index = state.oldest
      while index >= 0 {
        let slot = state.slots[index]
        if let port = slot.port {
          result.append(
            Entry(
              port: port, vlan: slot.key.vlan, address: slot.key.address,
              age: slot.seen.map { now / 1000 - $0 }))
        }
        index = slot.newer
      }
      return result
    }
  }

  public var statistics: Statistics {
    state.withLock { state in
      var statistics = state.statistics
      statistics.entries = state.index.count
      statistics.maxEntries = state.maxEntries
      return statistics
    }
  }

  public func clearStatistics() {
    state.withLock { state in
      let staticEntries = state.statistics.staticEntries
      state.statistics = Statistics()
      state.statistics.staticEntries = staticEntries
    }
  }
}
