import CDPDKShim
import Fields

/// `tx-steering=hash`: a transmit buffer is spread over all queues of an ethdev, each connection on one
/// of them, so that one worker can fill several. Costs a parse per packet.
extension WorkerPort {
  @inline(never)
  mutating func flushByHash(_ count: Int) {
    for i in 0..<count { queueOfPacket[i] = chooseQueue(transmit[i].unsafelyUnwrapped) }
    var left = UInt32(truncatingIfNeeded: (1 &<< UInt64(count)) &- 1)
    while left != 0 {
      let queue = queueOfPacket[left.trailingZeroBitCount]
      sendChosen(queue, take(queue, &left))
    }
  }

  /// Hashes of OVS: of the 5-tuple.
  private mutating func chooseQueue(_ packet: OpaquePointer) -> UInt16 {
    guard let data = pb_mbuf_data(packet) else { return 0 }
    var key = FlowKey()
    PacketParser.parse(
      data, length: Int(pb_mbuf_length(packet)), type: 0, inPort: 0, into: &key)
    return UInt16(truncatingIfNeeded: key.connectionHash % UInt32(transmitQueues))
  }

  /// Takes the packets of a queue out of `left`, in their order, into `chosen`; returns how many.
  private mutating func take(_ queue: UInt16, _ left: inout UInt32) -> Int {
    var count = 0
    var rest = left
    while rest != 0 {
      let i = rest.trailingZeroBitCount
      rest &= rest &- 1
      guard queueOfPacket[i] == queue else { continue }
      chosen[count] = transmit[i]
      count &+= 1
      left &= ~(1 &<< UInt32(truncatingIfNeeded: i))
    }
    return count
  }

  private mutating func sendChosen(_ queue: UInt16, _ count: Int) {
    let lock = sendLocks + Int(queue) &* WorkerPort.sendLockStride
    pb_spin_lock(lock)
    let sent = Int(pb_tx_burst(ethdev, queue, chosen, UInt16(truncatingIfNeeded: count)))
    pb_spin_unlock(lock)
    txPackets &+= UInt64(truncatingIfNeeded: sent)
    if sent < count { dropUnsent(chosen, from: sent, count, .txQueueFull) }
  }
}
