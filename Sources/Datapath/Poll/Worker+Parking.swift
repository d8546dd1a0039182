import CDPDKShim
import Fields

/// Misses: a packet without a flow is parked under its key, one question per key goes out, and the
/// answer sends the packets in order of arrival, before any later packet of the key.
extension Worker {
  /// Packet `i` of the burst has no flow.
  @inline(never)
  mutating func miss(_ port: WorkerPortPointer, _ i: Int) {
    if let packet = packets[i] { miss(port, packet, keys + i, nil) }
  }

  /// A packet has no flow: with `deep`, not behind its gate either.
  mutating func miss(
    _ port: WorkerPortPointer, _ packet: OpaquePointer, _ key: UnsafePointer<FlowKey>,
    _ deep: UnsafePointer<DeepKey>?
  ) {
    guard pb_mbuf_length(packet) >= 14 || turn.bareType != 0 else {
      return drop(packet, .rxInvalidPacket, port)
    }
    counters.misses &+= 1
    let start = settings.metrics == nil ? 0 : pb_tsc()
    let refusal = park(packet, key, deep, port)
    if settings.metrics != nil { counters.missCycles &+= pb_tsc() &- start }
    guard let reason = refusal else { return }
    counters.lost &+= 1
    drop(packet, reason, port)
  }

  /// Parks a packet and asks if nobody asked yet; returns why not when it cannot.
  private mutating func park(
    _ packet: OpaquePointer, _ key: UnsafePointer<FlowKey>, _ deep: UnsafePointer<DeepKey>?,
    _ port: WorkerPortPointer
  ) -> DropReason? {
    guard port.pointee.parkedPackets < limits.parkedPackets else { return .upcallParkedLimit }
    let hash = parkingHash(key, deep)
    var index = lot.find(key, deep, hash: hash)
    let isNew = index < 0
    if isNew {
      guard port.pointee.parkedKeys < limits.parkedKeys else { return .upcallParkedLimit }
      guard misses.pointee.reserve() != nil else { return .upcallQueueFull }
      index = lot.add(key, deep, hash: hash, port: port)
      guard index >= 0 else { return .upcallParkedLimit }
    }
    guard lot.append(packet, turn, to: index, port: port) else {
      if isNew { lot.remove(index, port: port) }
      return .upcallParkedLimit
    }
    if isNew { ask(packet, key, deep) }
    return nil
  }

  private mutating func parkingHash(
    _ key: UnsafePointer<FlowKey>, _ deep: UnsafePointer<DeepKey>?
  ) -> UInt64 {
    let hash = kernels.pointee.hash(key, FlowSlot.deadMask)
    guard let deep else { return hash }
    let raw = UnsafeRawPointer(deep)
    return hash ^ kernels.pointee.hash(raw, FlowSlot.deadMask)
      &+ kernels.pointee.hash(raw + 64, FlowSlot.deadMask)
  }

  private mutating func ask(
    _ packet: OpaquePointer, _ key: UnsafePointer<FlowKey>, _ deep: UnsafePointer<DeepKey>?
  ) {
    guard let record = misses.pointee.reserve() else { return }
    record.pointee.key = key.pointee
    record.pointee.isDeep = deep != nil
    if deep == nil { parseDeep(packet, key, turn) }
    record.pointee.deep = (deep ?? UnsafePointer(long.deep)).pointee
    record.pointee.packetLength = pb_mbuf_packet_length(packet)
    misses.pointee.publish()
    hasNewMisses = true
  }

  @inline(never)
  mutating func ringBell() {
    hasNewMisses = false
    bell.pointee.ring()
  }

  /// What happens to packets that leave the lot.
  enum Fate {
    case flow(FlowPointer)
    case program(UnsafePointer<UInt32>, Int)
    case drop(DropReason)
  }

  /// Lets the packets go that wait for the answer to a miss; does nothing when none wait.
  mutating func release(_ command: UnsafeMutablePointer<Command>, _ fate: Fate) {
    let key = command.key
    guard let port = ports[Int(key.pointee.inPort)] else { return }
    let deep = command.pointee.isDeep ? command.deep : nil
    let index = lot.find(key, deep, hash: parkingHash(key, deep))
    guard index >= 0 else { return }
    if command.pointee.hasDeepMask && !command.pointee.isDeep {
      separate(index, port, command)
    } else {
      release(index, port, fate)
    }
  }

  /// The packets that wait under a flow key alone, but are not all alike to those who answered: each
  /// goes on under both keys, so that the answer is for those only that it was made for.
  private mutating func separate(
    _ index: Int32, _ port: WorkerPortPointer, _ command: UnsafeMutablePointer<Command>
  ) {
    let wanted = command.pointee.deep & command.pointee.deepMask
    while let (packet, turn) = lot.takePacket(index, port: port) {
      self.turn = turn
      parseLong(packet, turn, port)
      let isWanted = long.pointee.deep & command.pointee.deepMask == wanted
      if isWanted, let program = command.pointee.program {
        run(program, Int(command.pointee.count), packet, port)
      } else if isWanted {
        drop(packet, .upcallError, port)
      } else {
        miss(port, packet, long.key, long.deep)
      }
    }
    turn = Turn()
    lot.remove(index, port: port)
  }

  /// Lets the packets of all keys go that a new flow matches, in the order in which the keys came.
  mutating func releaseMatching(_ flow: FlowPointer) {
    let deep = flow.pointee.record.flatMap { $0.pointee.isDeep ? $0 : nil }
    let inPort = deep?.pointee.key.inPort ?? flow.pointee.key.inPort
    guard let port = ports[Int(inPort)] else { return }
    var sieve = ParkingLot.Sieve()
    var place = lot.next(port, from: 0, sieve)
    while place < port.pointee.parkedKeys {
      let index = lot.parked(port, place)
      if isFor(flow, deep, index) {
        release(index, port, .flow(flow))  // and the next one takes its place
      } else {
        if deep == nil { sieve.learn(flow, lot.key(index)) }
        place &+= 1
      }
      place = lot.next(port, from: place, sieve)
    }
  }

  private mutating func isFor(
    _ flow: FlowPointer, _ deep: UnsafeMutablePointer<FlowRecord>?, _ index: Int32
  ) -> Bool {
    let entry = lot.key(index)
    if let deep {
      guard entry.pointee.isDeep else { return false }
      long.pointee.key = entry.pointee.key
      long.pointee.deep = lot.deepKey(index).pointee
      return deep.matches(long)
    }
    if entry.pointee.isDeep && flow.isGate { return false }
    return pb_key_matches(entry, flow, flow.pointee.mask) != 0
  }

  /// Drops all that waits on a port.
  mutating func releaseAll(_ port: WorkerPortPointer, _ reason: DropReason) {
    while port.pointee.parkedKeys > 0 { release(lot.parked(port, 0), port, .drop(reason)) }
  }

  private mutating func release(_ index: Int32, _ port: WorkerPortPointer, _ fate: Fate) {
    while let (packet, turn) = lot.takePacket(index, port: port) {
      self.turn = turn
      switch fate {
      case .flow(let flow):
        hit(
          flow, packet, UnsafeRawPointer(lot.key(index)).assumingMemoryBound(to: FlowKey.self), port
        )
      case .program(let words, let count): run(words, count, packet, port)
      case .drop(let reason):
        counters.lost &+= 1
        drop(packet, reason, port)
      }
    }
    turn = Turn()
    lot.remove(index, port: port)
  }
}

extension UnsafeMutablePointer where Pointee == Command {
  /// The command's keys; commands lie on cache lines, as kernels need it.
  var key: UnsafePointer<FlowKey> { at(MemoryLayout<Command>.offset(of: \.key)) }
  var deep: UnsafePointer<DeepKey> { at(MemoryLayout<Command>.offset(of: \.deep)) }

  private func at<T>(_ offset: Int?) -> UnsafePointer<T> {
    UnsafeRawPointer(self).advanced(by: offset ?? 64).assumingMemoryBound(to: T.self)
  }
}
