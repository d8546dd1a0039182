import CDPDKShim

/// Operations that decide what happens with the packet (worker's thread).
extension Worker {
  /// False when the packet is gone.
  @inline(never)
  mutating func control(
    _ step: inout Step, _ depth: inout Int, _ op: Opcode, _ argument: UInt32,
    _ operands: UnsafePointer<UInt32>, _ port: WorkerPortPointer?
  ) -> Bool {
    switch op {
    case .userspace: punt(step.packet, operands[0], port)
    case .meter:
      let length = UInt64(pb_mbuf_packet_length(step.packet))
      guard meters.admits(operands[0], bytes: length, now: clock.now) else {
        drop(step.packet, .meter, port)
        return false
      }
    case .recirculate: return recirculate(&step, operands[0], port)
    case .clone: enter(&step, &depth, step.next, Int(operands[0]), after: Int(operands[0]))
    case .sample:
      let length = Int(operands[1])
      let isChosen = operands[0] == .max || random() < operands[0]
      enter(&step, &depth, step.next, isChosen ? length : 0, after: length)
    case .checkLength:
      let (greater, others) = (Int(operands[0]), Int(operands[1]))
      let isGreater = wireLength(step.packet) > argument
      enter(
        &step, &depth, isGreater ? step.next : step.next &+ greater, isGreater ? greater : others,
        after: greater &+ others)
    case .truncate: step.cut = argument
    case .hash:
      step.dpHash = flowHash(step.packet, UInt8(truncatingIfNeeded: argument), basis: operands[0])
    case .lookDeeper: return lookDeeper(&step, port)
    default: break
    }
    return true
  }

  /// Runs the `count` words at `start` on a copy, and what stands `length` words on afterwards.
  private mutating func enter(
    _ step: inout Step, _ depth: inout Int, _ start: Int, _ count: Int, after length: Int
  ) {
    let after = step.next &+ length
    if count > 0, after < step.end, depth <= ActionProgram.maxNesting {
      steps[depth] = step
      steps[depth].next = after
      depth &+= 1
      pb_mbuf_retain(step.packet)
    } else if count == 0 {
      step.next = after
      return
    }
    step.next = start
    step.end = start &+ count
  }

  /// A number that nobody foresees; for samples.
  mutating func random() -> UInt32 {
    randomState ^= randomState &<< 13
    randomState ^= randomState &>> 7
    randomState ^= randomState &<< 17
    return UInt32(truncatingIfNeeded: randomState >> 32)
  }

  /// Sends the first `cut` bytes, of a whole packet whose checksum is right; of what is sent nobody says so.
  @inline(never)
  mutating func outputShort(_ step: inout Step, _ number: PortNumber, _ isLast: Bool) -> Bool {
    if pb_mbuf_has_request(step.packet) != 0 {
      guard let own = writable(step.packet) else {
        drop(step.packet, .noBuffer, ports[Int(number)])
        return false
      }
      step.packet = own
      completeChecksum(own)
    }
    let length = min(step.cut, pb_mbuf_packet_length(step.packet))
    step.cut = .max
    if isLast, pb_mbuf_is_shared(step.packet) == 0 {
      pb_mbuf_set_length(step.packet, length)
      pb_mbuf_request_done(step.packet)
      output(step.packet, length, number)
      return false
    }
    if let copy = pb_mbuf_copy_start(step.packet, length) {
      pb_mbuf_request_done(copy)
      output(copy, length, number)
    } else {
      count(.noBuffer, ports[Int(number)])
    }
    if isLast { pb_mbuf_free(step.packet) }
    return !isLast
  }
}
