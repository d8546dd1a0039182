import CDPDKShim
import Fields

/// Where packets wait while translators decide about their key: per key a list of packets in order
/// of arrival, per port a list of keys. Fixed capacity, no allocation; worker's thread only.
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
    /// Neighbours in the port's list.
    var before: Int32 = -1, after: Int32 = -1
    var firstPacket: Int32 = -1, lastPacket: Int32 = -1
    private var pad = (UInt64(0), UInt64(0), UInt64(0), UInt64(0))

    init(key: FlowKey, hash: UInt64, next: Int32) {
      self.key = key
      self.hash = hash
      self.next = next
    }
  }
  struct Packet {
    var packet: OpaquePointer?
    var next: Int32 = -1
  }

  static let maxKeys = 8192, maxPackets = 32768
  private static let chainCount = 8192

  private let memory: PageMemory
  private let keys: UnsafeMutablePointer<Key>
  private let packets: UnsafeMutablePointer<Packet>
  private let chains: UnsafeMutablePointer<Int32>
  private var freeKey: Int32 = -1, freePacket: Int32 = -1
  private var freshKeys = 0, freshPackets = 0
  /// Packets that wait. Read by control.
  private(set) var packetCount: UInt64 = 0

  init?() {
    let keyBytes = ParkingLot.maxKeys * MemoryLayout<Key>.stride
    let packetBytes = ParkingLot.maxPackets * MemoryLayout<Packet>.stride
    let chainBytes = ParkingLot.chainCount * MemoryLayout<Int32>.stride
    guard let memory = PageMemory.map(keyBytes + packetBytes + chainBytes, huge: false) else {
      return nil
    }
    self.memory = memory
    keys = memory.base.bindMemory(to: Key.self, capacity: ParkingLot.maxKeys)
    packets = (memory.base + keyBytes).bindMemory(to: Packet.self, capacity: ParkingLot.maxPackets)
    chains = (memory.base + keyBytes + packetBytes)
      .bindMemory(to: Int32.self, capacity: ParkingLot.chainCount)
    chains.initialize(repeating: -1, count: ParkingLot.chainCount)
  }

  func destroy() { memory.unmap() }

  func key(_ index: Int32) -> UnsafeMutablePointer<Key> { keys + Int(index) }

  private func chain(_ hash: UInt64) -> UnsafeMutablePointer<Int32> {
    chains + Int(truncatingIfNeeded: hash & UInt64(ParkingLot.chainCount - 1))
  }

  /// The key's place, -1 when nothing waits for it.
  func find(_ key: UnsafePointer<FlowKey>, hash: UInt64) -> Int32 {
    var index = chain(hash).pointee
    while index >= 0 {
      let entry = self.key(index)
      if entry.pointee.hash == hash && entry.pointee.key == key.pointee { return index }
      index = entry.pointee.next
    }
    return -1
  }

  /// A place for a key that has none; -1 when the lot is full.
  mutating func add(_ key: UnsafePointer<FlowKey>, hash: UInt64, port: WorkerPortPointer) -> Int32 {
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
    entry.initialize(to: Key(key: key.pointee, hash: hash, next: chain(hash).pointee))
    chain(hash).pointee = index
    entry.pointee.before = port.pointee.lastParked
    if port.pointee.lastParked >= 0 {
      self.key(port.pointee.lastParked).pointee.after = index
    } else {
      port.pointee.firstParked = index
    }
    port.pointee.lastParked = index
    port.pointee.parkedKeys &+= 1
    return index
  }

  /// Appends a packet; false when the lot is full.
  mutating func append(_ packet: OpaquePointer, to index: Int32, port: WorkerPortPointer) -> Bool {
    var place = freePacket
    if place >= 0 {
      freePacket = packets[Int(place)].next
    } else if freshPackets < ParkingLot.maxPackets {
      place = Int32(truncatingIfNeeded: freshPackets)
      freshPackets &+= 1
    } else {
      return false
    }
    packets[Int(place)] = Packet(packet: packet)
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
  mutating func takePacket(_ index: Int32, port: WorkerPortPointer) -> OpaquePointer? {
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
    return slot.pointee.packet
  }

  /// Frees the place of a key whose packets are gone.
  mutating func remove(_ index: Int32, port: WorkerPortPointer) {
    let entry = key(index)
    unchain(index, entry.pointee.hash)
    let before = entry.pointee.before
    let after = entry.pointee.after
    if before >= 0 { key(before).pointee.after = after } else { port.pointee.firstParked = after }
    if after >= 0 { key(after).pointee.before = before } else { port.pointee.lastParked = before }
    port.pointee.parkedKeys &-= 1
    entry.pointee.next = freeKey
    freeKey = index
  }

  private func unchain(_ index: Int32, _ hash: UInt64) {
    var link = chain(hash)
    while link.pointee >= 0 && link.pointee != index {
      link = withUnsafeMutablePointer(to: &key(link.pointee).pointee.next) { $0 }
    }
    link.pointee = key(index).pointee.next
  }
}
