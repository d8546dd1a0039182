import CDPDKShim
import Fields

/// Where packets wait while translators decide about their key: per key a list of packets in order
/// of arrival, per port a list of keys, also in order of arrival: an array, because every new flow is
/// compared with all of them, and a chain would make each comparison wait for the one before. Fixed
/// capacity, no allocation; worker's thread only.
///
/// Invariants: a key is in the hash table, in its port's list and has at least one packet, or it is
/// free. A key in the lot has exactly one request on its way, so every key leaves by an answer, by a
/// flow that matches it, or with its port.
struct ParkingLot {
  struct Key {
    var key = FlowKey()
    var hash: UInt64 = 0
    /// Next in the hash chain, or next free.
    var next: Int32 = -1
    var firstPacket: Int32 = -1, lastPacket: Int32 = -1
    /// Whether the packets wait under their deep key as well.
    var isDeep: Bool
    private var pad = (UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0))

    init(key: FlowKey, isDeep: Bool, hash: UInt64, next: Int32) {
      self.key = key
      self.isDeep = isDeep
      self.hash = hash
      self.next = next
    }
  }
  struct Packet {
    var packet: OpaquePointer
    var next: Int32 = -1
    var turn: Turn
  }

  static let maxKeys = 8192, maxPackets = 32768
  static let maxKeysPerPort = 256
  private static let chainCount = 8192

  private let memory: PageMemory
  private let keys: UnsafeMutablePointer<Key>
  private let deepKeys: UnsafeMutablePointer<DeepKey>
  private let packets: UnsafeMutablePointer<Packet>
  private let chains: UnsafeMutablePointer<Int32>
  private var freeKey: Int32 = -1, freePacket: Int32 = -1
  private var freshKeys = 0, freshPackets = 0
  /// Packets that wait. Read by control.
  private(set) var packetCount: UInt64 = 0

  init?() {
    let keyBytes = ParkingLot.maxKeys * MemoryLayout<Key>.stride
    let packetBytes = ParkingLot.maxPackets * MemoryLayout<Packet>.stride
    let deepBytes = ParkingLot.maxKeys * MemoryLayout<DeepKey>.stride
    let chainBytes = ParkingLot.chainCount * MemoryLayout<Int32>.stride
    guard
      let memory = PageMemory.map(keyBytes + deepBytes + packetBytes + chainBytes, huge: false)
    else { return nil }
    self.memory = memory
    keys = memory.base.bindMemory(to: Key.self, capacity: ParkingLot.maxKeys)
    deepKeys = (memory.base + keyBytes).bindMemory(to: DeepKey.self, capacity: ParkingLot.maxKeys)
    packets = (memory.base + keyBytes + deepBytes)
      .bindMemory(to: Packet.self, capacity: ParkingLot.maxPackets)
    chains = (memory.base + keyBytes + deepBytes + packetBytes)
      .bindMemory(to: Int32.self, capacity: ParkingLot.chainCount)
    chains.initialize(repeating: -1, count: ParkingLot.chainCount)
  }

  func destroy() { memory.unmap() }

  func key(_ index: Int32) -> UnsafeMutablePointer<Key> { keys + Int(index) }

  /// The key that came as the port's `place`-th of those that wait.
  func parked(_ port: WorkerPortPointer, _ place: Int) -> Int32 {
    Int32(port.pointee.parked[place])
  }

  /// Eight bytes in which a flow was found to differ from a key: keys that wait together mostly
  /// differ in the same ones. At first it lets all keys pass.
  struct Sieve {
    private var offset = 0
    private var value: UInt64 = 0
    private var mask: UInt64 = 0

    @inline(__always) func passes(_ key: UnsafePointer<Key>) -> Bool {
      let word = UnsafeRawPointer(key).load(fromByteOffset: offset, as: UInt64.self)
      return (word ^ value) & mask == 0
    }

    /// `key` passed, but is not the flow's.
    mutating func learn(_ flow: FlowPointer, _ key: UnsafePointer<Key>) {
      offset = 0
      while offset < MemoryLayout<FlowKey>.size {
        value = UnsafeRawPointer(flow).load(fromByteOffset: offset, as: UInt64.self)
        mask = UnsafeRawPointer(flow.pointee.mask).load(fromByteOffset: offset, as: UInt64.self)
        if !passes(key) { return }
        offset &+= 8
      }
      self = Sieve()
    }
  }

  /// The place of the first key of a port, from `place` on, that passes the sieve; `parkedKeys` if
  /// none does.
  @inline(__always)
  func next(_ port: WorkerPortPointer, from place: Int, _ sieve: Sieve) -> Int {
    let list = port.pointee.parked
    let end = port.pointee.parkedKeys
    let keys = self.keys
    var place = place
    while place < end && !sieve.passes(keys + Int(list[place])) { place &+= 1 }
    return place
  }

  /// The deep key that goes with a key whose `isDeep` is set.
  func deepKey(_ index: Int32) -> UnsafeMutablePointer<DeepKey> { deepKeys + Int(index) }

  private func chain(_ hash: UInt64) -> UnsafeMutablePointer<Int32> {
    chains + Int(truncatingIfNeeded: hash & UInt64(ParkingLot.chainCount - 1))
  }

  /// The place of a key, or of both, -1 when nothing waits there.
  func find(
    _ key: UnsafePointer<FlowKey>, _ deep: UnsafePointer<DeepKey>?, hash: UInt64
  ) -> Int32 {
    var index = chain(hash).pointee
    while index >= 0 {
      let entry = self.key(index)
      if entry.pointee.hash == hash && entry.pointee.key == key.pointee
        && entry.pointee.isDeep == (deep != nil)
      {
        guard let deep else { return index }
        if deep.pointee == deepKey(index).pointee { return index }
      }
      index = entry.pointee.next
    }
    return -1
  }

  /// A place for a key that has none; -1 when the lot or the port's list is full.
  mutating func add(
    _ key: UnsafePointer<FlowKey>, _ deep: UnsafePointer<DeepKey>?, hash: UInt64,
    port: WorkerPortPointer
  ) -> Int32 {
    guard port.pointee.parkedKeys < ParkingLot.maxKeysPerPort else { return -1 }
    var index = freeKey
    if index >= 0 {
      freeKey = self.key(index).pointee.next
    } else if freshKeys < ParkingLot.maxKeys {
      index = Int32(truncatingIfNeeded: freshKeys)
      freshKeys &+= 1
    } else {
      return -1
    }
    let entry = self.key(index)
    entry.initialize(
      to: Key(key: key.pointee, isDeep: deep != nil, hash: hash, next: chain(hash).pointee))
    if let deep { deepKey(index).initialize(to: deep.pointee) }
    chain(hash).pointee = index
    port.pointee.parked[port.pointee.parkedKeys] = UInt16(truncatingIfNeeded: index)
    port.pointee.parkedKeys &+= 1
    return index
  }

  /// Appends a packet; false when the lot is full.
  mutating func append(
    _ packet: OpaquePointer, _ turn: Turn, to index: Int32, port: WorkerPortPointer
  ) -> Bool {
    var place = freePacket
    if place >= 0 {
      freePacket = packets[Int(place)].next
    } else if freshPackets < ParkingLot.maxPackets {
      place = Int32(truncatingIfNeeded: freshPackets)
      freshPackets &+= 1
    } else {
      return false
    }
    packets[Int(place)] = Packet(packet: packet, turn: turn)
    let entry = key(index)
    if entry.pointee.lastPacket >= 0 {
      packets[Int(entry.pointee.lastPacket)].next = place
    } else {
      entry.pointee.firstPacket = place
    }
    entry.pointee.lastPacket = place
    port.pointee.parkedPackets &+= 1
    packetCount &+= 1
    return true
  }

  /// Takes the oldest packet of a key; nil when there is none left.
  mutating func takePacket(
    _ index: Int32, port: WorkerPortPointer
  ) -> (packet: OpaquePointer, turn: Turn)? {
    let entry = key(index)
    let place = entry.pointee.firstPacket
    guard place >= 0 else { return nil }
    let slot = packets + Int(place)
    entry.pointee.firstPacket = slot.pointee.next
    if slot.pointee.next < 0 { entry.pointee.lastPacket = -1 }
    slot.pointee.next = freePacket
    freePacket = place
    port.pointee.parkedPackets &-= 1
    packetCount &-= 1
    return (slot.pointee.packet, slot.pointee.turn)
  }

  /// Frees the place of a key whose packets are gone.
  mutating func remove(_ index: Int32, port: WorkerPortPointer) {
    let entry = key(index)
    unchain(index, entry.pointee.hash)
    takeFromList(index, port)
    entry.pointee.next = freeKey
    freeKey = index
  }

  /// Those that came later move up. Keys mostly leave in the order in which they came.
  private func takeFromList(_ index: Int32, _ port: WorkerPortPointer) {
    let list = port.pointee.parked
    var place = 0
    while place < port.pointee.parkedKeys && list[place] != UInt16(truncatingIfNeeded: index) {
      place &+= 1
    }
    port.pointee.parkedKeys &-= 1
    (list + place).update(from: list + place + 1, count: port.pointee.parkedKeys &- place)
  }

  private func unchain(_ index: Int32, _ hash: UInt64) {
    var link = chain(hash)
    while link.pointee >= 0 && link.pointee != index {
      link = withUnsafeMutablePointer(to: &key(link.pointee).pointee.next) { $0 }
    }
    link.pointee = key(index).pointee.next
  }
}
