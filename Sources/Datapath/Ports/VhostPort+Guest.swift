import CDPDKShim

/// What is known of a port's connections and its guest. Any thread.
extension VhostPort {
  /// Pages of all guests that were gone when they were read: somebody made his memory smaller.
  public static var lostPages: UInt64 { pb_vhost_lost_pages() }

  public var isConnected: Bool { lock.withLock { !connections.isEmpty } }
  public var isRunning: Bool { lock.withLock { guest != nil } }

  /// Which of the guest's rings may be used: receive queue q is ring 2q+1, transmit queue q is 2q.
  public var rings: [Bool] { lock.withLock { guest.flatMap { connections[$0] } ?? [] } }

  /// What a guest is like.
  public struct Guest: Equatable, Sendable {
    public var features: UInt64
    public var numaNode: Int
    public var mtu: Int?
    public var ringSizes: [Int]

    /// What it takes unfinished, and what it leaves to us.
    public var takes: Offloads { GuestOffloads(features: features).toGuest }
    public var leaves: Offloads { GuestOffloads(features: features).fromGuest }
  }

  /// The guest that runs, if there is one.
  public var description: Guest? {
    withGuest { guest in
      var found = pb_vhost_guest()
      pb_vhost_read(guest, &found)
      let sizes = withUnsafeBytes(of: found.sizes) { Array($0.bindMemory(to: UInt16.self)) }
      return Guest(
        features: found.features, numaNode: Int(found.numa_node),
        mtu: found.mtu == 0 ? nil : Int(found.mtu),
        ringSizes: sizes.prefix(Int(found.rings)).map(Int.init))
    }
  }

  /// Receive queues that workers poll: as many as the guest has, whether they are on or not.
  public var receiveQueues: Int { max(1, (description?.ringSizes.count ?? 0) / 2) }

  /// The library's counters of a ring, by its names.
  public func statistics(ring: Int) -> [String: UInt64] {
    let found: [pb_vhost_stat]? = withGuest { guest in
      var list = [pb_vhost_stat](repeating: pb_vhost_stat(), count: 64)
      let count = pb_vhost_stats(guest, UInt16(ring), &list, Int32(list.count))
      return Array(list.prefix(Int(count)))
    }
    return Dictionary(
      (found ?? []).map { entry in
        let name = withUnsafeBytes(of: entry.name) {
          String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        return (name, entry.value)
      }, uniquingKeysWith: { a, _ in a })
  }

  private func withGuest<T>(_ body: (Int32) -> T) -> T? {
    life.withLock { lock.withLock { guest }.map(body) }
  }
}
