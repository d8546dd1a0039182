import CDPDKShim

/// Runs action programs on packets (worker's thread). Methods are `mutating`, also where nothing
/// changes: otherwise the compiler copies the whole struct for a call.
///
/// A packet goes to several outputs as one buffer with a reference count; whoever is about to change
/// its bytes takes a copy first if somebody else still holds them. Every path ends with the packet
/// given to a transmit buffer or freed and counted.
///
/// A list inside the list runs on a copy, and what was going on waits in `steps`; when nothing follows
/// the inner list it runs in the place of the outer one. So there is no recursion, and the depth is
/// what `ActionProgram` allowed.
extension Worker {
  /// A list being run, and the packet as it is there.
  struct Step {
    var words: UnsafePointer<UInt32>
    var next = 0
    var end: Int
    var packet: OpaquePointer
    /// What `hash` computed.
    var dpHash: UInt32
    /// Most bytes that the next output sends.
    var cut: UInt32 = .max
    /// The Ethertype of a packet that has no Ethernet header in front; 0 for a frame.
    var bareType: UInt16
  }

  /// Runs a program, or what is left of one, with operations of any kind (`run` in
  /// `Interpreter+Plain` is where programs begin).
  @inline(never)
  mutating func runSteps(
    _ words: UnsafePointer<UInt32>, _ count: Int, _ packet: OpaquePointer,
    _ port: WorkerPortPointer?
  ) {
    var step = Step(
      words: words, end: count, packet: packet, dpHash: turn.dpHash, bareType: turn.bareType)
    var depth = 0
    while true {
      if step.next >= step.end {
        pb_mbuf_free(step.packet)
      } else if perform(&step, &depth, port) {
        continue
      }
      // The packet is gone: go on with what waits.
      if depth == 0 { return }
      depth &-= 1
      step = steps[depth]
    }
  }

  /// One operation; false when the packet is gone.
  @inline(__always)
  private mutating func perform(
    _ step: inout Step, _ depth: inout Int, _ port: WorkerPortPointer?
  ) -> Bool {
    let word = step.words[step.next]
    let argument = word >> 8
    guard let op = Opcode(rawValue: UInt8(truncatingIfNeeded: word)) else {
      drop(step.packet, .actionMismatch, port)
      return false
    }
    let operands = step.words + (step.next &+ 1)
    step.next &+= 1 &+ op.operandWords(argument)
    if op == .output {
      let isLast = step.next >= step.end
      if step.cut != .max {
        return outputShort(&step, PortNumber(truncatingIfNeeded: argument), isLast)
      }
      if !isLast { pb_mbuf_retain(step.packet) }
      output(
        step.packet, pb_mbuf_packet_length(step.packet), PortNumber(truncatingIfNeeded: argument))
      return !isLast
    }
    if op.rawValue >= Opcode.userspace.rawValue {
      return control(&step, &depth, op, argument, operands, port)
    }
    guard let own = writable(step.packet) else {
      drop(step.packet, .noBuffer, port)
      return false
    }
    step.packet = own
    guard change(&step, op, argument, operands) else {
      drop(step.packet, .actionMismatch, port)
      return false
    }
    return true
  }

  /// The packet itself, or a copy when its bytes are shared; nil when there is no buffer for one.
  @inline(__always)
  mutating func writable(_ packet: OpaquePointer) -> OpaquePointer? {
    guard pb_mbuf_is_shared(packet) != 0 else { return packet }
    guard let copy = pb_mbuf_copy(packet) else { return nil }
    pb_mbuf_free(packet)
    return copy
  }

  /// One operation that changes the packet; false when it cannot be done.
  @inline(__always)
  private mutating func change(
    _ step: inout Step, _ op: Opcode, _ argument: UInt32, _ operands: UnsafePointer<UInt32>
  ) -> Bool {
    let packet = step.packet
    switch op {
    case .pushVLAN: return pushVLAN(packet, operands[0])
    case .popVLAN: popVLAN(packet)
    case .setVLAN: rewriter(step)?.setVLAN(UInt16(truncatingIfNeeded: argument))
    case .setEthernet: rewriter(step)?.setEthernet(operands)
    case .setIPv4: rewriter(step)?.setIPv4(operands)
    case .setIPv4Bytes: rewriter(step)?.setIPv4Bytes(operands)
    case .setIPv6: rewriter(step)?.setIPv6(operands)
    case .setARP: rewriter(step)?.setARP(operands)
    case .setPorts:
      rewriter(step)?.setPorts(UInt8(truncatingIfNeeded: argument), operands)
    default: return changeHeader(&step, op, argument, operands)
    }
    return true
  }

  @inline(__always) mutating func rewriter(_ step: Step) -> FrameRewriter? {
    pb_mbuf_data(step.packet).map {
      FrameRewriter(base: $0, length: Int(pb_mbuf_length(step.packet)), bareType: step.bareType)
    }
  }

  /// Puts a tag behind the addresses; false when the buffer has no headroom left.
  @inline(__always)
  mutating func pushVLAN(_ packet: OpaquePointer, _ tag: UInt32) -> Bool {
    guard pb_mbuf_length(packet) >= 14, let start = pb_mbuf_prepend(packet, 4) else { return false }
    let frame = UnsafeMutableRawPointer(start)
    moveAddresses(from: frame + 4, to: frame)
    frame.storeBytes(of: tag, toByteOffset: 12, as: UInt32.self)
    return true
  }

  /// Removes the outermost tag; false if there is none.
  @inline(__always) @discardableResult
  mutating func popVLAN(_ packet: OpaquePointer) -> Bool {
    guard pb_mbuf_length(packet) >= 18, let start = pb_mbuf_data(packet) else { return false }
    let frame = UnsafeMutableRawPointer(start)
    let type = UnsafeRawPointer(frame).big(12, UInt16.self)
    guard type == EtherType.vlan || type == EtherType.serviceVLAN else { return false }
    moveAddresses(from: frame, to: frame + 4)
    return pb_mbuf_remove_head(packet, 4) != nil
  }

  /// The 12 bytes of both addresses, to a place that may overlap.
  @inline(__always)
  private mutating func moveAddresses(
    from source: UnsafeMutableRawPointer, to target: UnsafeMutableRawPointer
  ) {
    let start = source.loadUnaligned(as: UInt64.self)
    let end = source.loadUnaligned(fromByteOffset: 8, as: UInt32.self)
    target.storeBytes(of: start, as: UInt64.self)
    target.storeBytes(of: end, toByteOffset: 8, as: UInt32.self)
  }

  // MARK: Output

  /// Gives the packet to a port's transmit buffer.
  @inline(__always)
  mutating func output(_ packet: OpaquePointer, _ length: UInt32, _ number: PortNumber) {
    guard let port = ports[Int(number)], length <= port.pointee.maximumLength else {
      return outputLong(packet, length, number)
    }
    append(packet, length, port)
  }

  @inline(__always)
  private mutating func append(
    _ packet: OpaquePointer, _ length: UInt32, _ port: WorkerPortPointer
  ) {
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
      flushDirty(dirty[i])
      i &+= 1
    }
    dirtyCount = 0
  }

  /// A port that the caller takes out of `dirty`.
  @inline(__always)
  mutating func flushDirty(_ port: WorkerPortPointer) {
    port.pointee.isDirty = false
    if port.pointee.transmitCount != 0 { flush(port) }
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
    count(reason, port)
    pb_mbuf_free(packet)
  }

  mutating func count(_ reason: DropReason, _ port: WorkerPortPointer?) {
    if let port { port.pointee.count(reason) } else { drops[reason.rawValue] &+= 1 }
  }

  /// An output that is not possible: the port is not there, or the packet is too long for it, unless it
  /// is to be cut.
  @inline(never)
  private mutating func outputLong(
    _ packet: OpaquePointer, _ length: UInt32, _ number: PortNumber
  ) {
    guard let port = ports[Int(number)] else { return drop(packet, .noSuchPort, nil) }
    guard wireLength(packet) <= port.pointee.maximumLength else {
      return drop(packet, .txTooLong, port)
    }
    append(packet, length, port)
  }
}
