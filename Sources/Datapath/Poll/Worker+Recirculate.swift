import CDPDKShim
import Fields

/// Recirculation: a packet is parsed anew and looked up once more, with the same input port and
/// another `recirc_id`, when what is to be done depends on what the packet has become.
///
/// The operation puts the packet in a queue; behind each burst and each command the queue is worked
/// off in bursts of its own, which go through the same passes as packets that come in.
extension Worker {
  /// The `recirculate` operation; false when the packet is gone.
  mutating func recirculate(
    _ step: inout Step, _ id: UInt32, _ port: WorkerPortPointer?
  ) -> Bool {
    let isLast = step.next >= step.end
    var reason: DropReason?
    if port == nil {
      reason = .noSuchPort
    } else if turn.level >= RecirculationQueue.maxLevel {
      reason = .recirculationLimit
    } else if recirculating.isFull {
      reason = .recirculationQueueFull
    }
    guard reason == nil, let port else {
      count(reason ?? .noSuchPort, port)
      if isLast { pb_mbuf_free(step.packet) }
      return !isLast
    }
    if !isLast { pb_mbuf_retain(step.packet) }
    let turn = Turn(
      recircID: id, dpHash: step.dpHash, bareType: step.bareType, level: self.turn.level &+ 1)
    recirculating.append(.init(packet: step.packet, port: port, turn: turn))
    return !isLast
  }

  /// Looks up what the burst or command has left to be looked up again.
  @inline(__always)
  mutating func recirculateAll() {
    if recirculating.count != 0 { recirculateWaiting() }
  }

  @inline(never)
  private mutating func recirculateWaiting() {
    while recirculating.count != 0 {
      let first = recirculating.first
      var count = 0
      // Packets whose keys have the same first word, and that are parsed alike.
      while count < WorkerPort.burst, recirculating.count != 0 {
        let entry = recirculating.first
        guard entry.port == first.port, entry.turn.recircID == first.turn.recircID,
          entry.turn.bareType == first.turn.bareType, entry.turn.level == first.turn.level
        else { break }
        packets[count] = entry.packet
        dpHashes[count] = entry.turn.dpHash
        recirculating.removeFirst()
        count &+= 1
      }
      counters.packetsRecirculated &+= UInt64(truncatingIfNeeded: count)
      turn = first.turn
      processAgain(first.port, count)
      turn = Turn()
    }
  }

  private mutating func processAgain(_ port: WorkerPortPointer, _ count: Int) {
    let n = UInt32(truncatingIfNeeded: count)
    let all = UInt32(truncatingIfNeeded: (1 &<< UInt64(n)) &- 1)
    if turn.bareType == 0 {
      extract(port, n, all)
    } else {
      extractOthers(port, all)
    }
    let unknown = findFlows(port, n, all)
    if isSampleDue() { sampleAgain(port, n, unknown) }
    for i in 0..<count {
      turn.dpHash = dpHashes[i]
      if unknown & (1 &<< UInt32(truncatingIfNeeded: i)) != 0 {
        miss(port, i)
      } else if let flow = flows[i], let packet = packets[i] {
        hit(flow, packet, keys + i, port)
      }
    }
  }

  /// Counts a packet and runs its flow's actions.
  @inline(__always)
  mutating func hit(
    _ flow: FlowPointer, _ packet: OpaquePointer, _ key: UnsafePointer<FlowKey>,
    _ port: WorkerPortPointer
  ) {
    flow.count(pb_mbuf_packet_length(packet), key.pointee, clock.now)
    run(flow.program, Int(flow.pointee.wordCount), packet, port)
  }
}

extension UnsafeMutablePointer where Pointee == FlowSlot {
  /// Counts a packet.
  @inline(__always) func count(_ length: UInt32, _ key: FlowKey, _ now: Int64) {
    pointee.packets &+= 1
    pointee.bytes &+= UInt64(length)
    pointee.used = now
    pointee.tcpFlags |= UInt16(truncatingIfNeeded: key.w0 >> 16)
  }
}
