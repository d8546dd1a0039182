import CDPDKShim
import Glibc

/// Runs action programs on packets (worker's thread). Methods are `mutating`, also where nothing
/// changes: otherwise the compiler copies the whole struct for a call.
///
/// A packet goes to several outputs as one buffer with a reference count; whoever is about to change
/// its bytes takes a copy first if somebody else still holds them. Every path ends with the packet
/// given to a transmit buffer or freed and counted.
extension Worker {
  /// Runs a program that is not just one output. `port` is where the packet came in.
  @inline(never)
  mutating func run(
    _ words: UnsafePointer<UInt32>, _ count: Int, _ packet: OpaquePointer,
    _ port: WorkerPortPointer?
  ) {
    var packet = packet
    var next = 0
    while next < count {
      let word = words[next]
      guard let op = Opcode(rawValue: UInt8(truncatingIfNeeded: word)) else { break }
      let operands = words + (next &+ 1)
      next &+= 1 &+ op.operandWords
      if op == .output {
        let isLast = next >= count
        if !isLast { pb_mbuf_retain(packet) }
        output(packet, pb_mbuf_packet_length(packet), PortNumber(truncatingIfNeeded: word >> 8))
        if isLast { return }
        continue
      }
      guard let own = writable(packet) else { return drop(packet, .noBuffer, port) }
      packet = own
      guard change(packet, op, word >> 8, operands) else {
        return drop(packet, .actionMismatch, port)
      }
    }
    drop(packet, .dropAction, port)
  }

  /// The packet itself, or a copy when its bytes are shared; nil when there is no buffer for one.
  @inline(__always)
  private mutating func writable(_ packet: OpaquePointer) -> OpaquePointer? {
    guard pb_mbuf_is_shared(packet) != 0 else { return packet }
    guard let copy = pb_mbuf_copy(packet) else { return nil }
    pb_mbuf_free(packet)
    return copy
  }

  /// One operation that changes the packet; false when it cannot be done.
  @inline(__always)
  private mutating func change(
    _ packet: OpaquePointer, _ op: Opcode, _ argument: UInt32, _ operands: UnsafePointer<UInt32>
  ) -> Bool {
    switch op {
    case .output: return true
    case .pushVLAN: return pushVLAN(packet, operands[0])
    case .popVLAN:
      popVLAN(packet)
      return true
    case .setEthernet: rewriter(packet)?.setEthernet(operands)
    case .setIPv4: rewriter(packet)?.setIPv4(operands)
    case .setIPv6: rewriter(packet)?.setIPv6(operands)
    case .setARP: rewriter(packet)?.setARP(operands)
    case .setPorts:
      rewriter(packet)?.setPorts(UInt8(truncatingIfNeeded: argument), operands)
    }
    return true
  }

  @inline(__always) private mutating func rewriter(_ packet: OpaquePointer) -> FrameRewriter? {
    pb_mbuf_data(packet).map { FrameRewriter(base: $0, length: Int(pb_mbuf_length(packet))) }
  }

  /// Puts a tag behind the addresses; false when the buffer has no headroom left.
  private mutating func pushVLAN(_ packet: OpaquePointer, _ tag: UInt32) -> Bool {
    guard pb_mbuf_length(packet) >= 14, let start = pb_mbuf_prepend(packet, 4) else { return false }
    let frame = UnsafeMutableRawPointer(start)
    frame.copyMemory(from: frame + 4, byteCount: 12)
    frame.storeBytes(of: tag, toByteOffset: 12, as: UInt32.self)
    return true
  }

  /// Removes the outermost tag, if there is one.
  private mutating func popVLAN(_ packet: OpaquePointer) {
    guard pb_mbuf_length(packet) >= 18, let start = pb_mbuf_data(packet) else { return }
    let frame = UnsafeMutableRawPointer(start)
    let type = UnsafeRawPointer(frame).big(12, UInt16.self)
    guard type == EtherType.vlan || type == EtherType.serviceVLAN else { return }
    memmove(frame + 4, frame, 12)
    _ = pb_mbuf_remove_head(packet, 4)
  }

  // MARK: Output

  /// Gives the packet to a port's transmit buffer.
  @inline(__always)
  mutating func output(_ packet: OpaquePointer, _ length: UInt32, _ number: PortNumber) {
    guard let port = ports[Int(number)], length <= port.pointee.maximumLength else {
      return dropOutput(packet, number)
    }
    let count = port.pointee.transmitCount
    port.pointee.transmit[count] = packet
    port.pointee.transmitCount = count &+ 1
    port.pointee.txBytes &+= UInt64(length)
    markDirty(port)
    if count == WorkerPort.burst &- 1 { flush(port) }
  }

  /// Gives the burst's packets to a port's transmit buffer.
  @inline(__always)
  mutating func outputAll(_ count: Int, _ total: pb_total, _ number: PortNumber) {
    guard let port = ports[Int(number)], total.longest <= port.pointee.maximumLength else {
      return outputOneByOne(count, number)
    }
    if port.pointee.transmitCount &+ count > WorkerPort.burst { flush(port) }
    (port.pointee.transmit + port.pointee.transmitCount).update(from: packets, count: count)
    port.pointee.transmitCount &+= count
    port.pointee.txBytes &+= total.bytes
    markDirty(port)
  }

  @inline(never)
  private mutating func outputOneByOne(_ count: Int, _ number: PortNumber) {
    for i in 0..<count {
      let packet = packets[i].unsafelyUnwrapped
      output(packet, pb_mbuf_packet_length(packet), number)
    }
  }

  @inline(__always)
  private mutating func markDirty(_ port: WorkerPortPointer) {
    if port.pointee.isDirty { return }
    port.pointee.isDirty = true
    dirty[dirtyCount] = port
    dirtyCount &+= 1
  }

  @inline(__always)
  mutating func flushDirtyPorts() {
    var i = 0
    while i < dirtyCount {
      let port = dirty[i]
      port.pointee.isDirty = false
      if port.pointee.transmitCount != 0 { flush(port) }
      i &+= 1
    }
    dirtyCount = 0
  }

  @inline(__always)
  private mutating func flush(_ port: WorkerPortPointer) {
    counters.packetsSent &+= UInt64(truncatingIfNeeded: port.pointee.transmitCount)
    counters.sendBursts &+= 1
    port.pointee.flush()
  }

  // MARK: Drops

  /// Frees a packet and counts why, at a port or, without one, at the worker.
  mutating func drop(_ packet: OpaquePointer, _ reason: DropReason, _ port: WorkerPortPointer?) {
    if let port { port.pointee.count(reason) } else { drops[reason.rawValue] &+= 1 }
    pb_mbuf_free(packet)
  }

  /// An output that is not possible: the port is not there, or the packet is too long for it.
  @inline(never)
  private mutating func dropOutput(_ packet: OpaquePointer, _ number: PortNumber) {
    if let port = ports[Int(number)] {
      drop(packet, .txTooLong, port)
    } else {
      drop(packet, .noSuchPort, nil)
    }
  }
}
