import CDPDKShim

/// The operations that most programs consist of (worker's thread): outputs, and sets of the usual headers.
///
/// They need neither a `Step` nor a jump table: a chain of comparisons, whose outcome the processor
/// foresees because traffic has few kinds of programs, most frequent first. At the first other
/// operation the rest of the program goes to `runSteps`, which knows them all; that the packet may
/// have changed by then makes no difference.
extension Worker {
  /// Runs a program that is not just one output. `port` is where the packet came in.
  @inline(never)
  mutating func run(
    _ words: UnsafePointer<UInt32>, _ count: Int, _ packet: OpaquePointer,
    _ port: WorkerPortPointer?
  ) {
    guard count > 0 else { return drop(packet, .dropAction, port) }
    var packet = packet
    var next = 0
    while next < count {
      let word = words[next]
      if UInt8(truncatingIfNeeded: word) == Opcode.output.rawValue {
        next &+= 1
        if next < count { pb_mbuf_retain(packet) }
        let number = PortNumber(truncatingIfNeeded: word >> 8)
        output(packet, pb_mbuf_packet_length(packet), number)
        if next == count { return }
        continue
      }
      guard UInt8(truncatingIfNeeded: word) < Opcode.userspace.rawValue,
        let own = writable(packet)
      else { return runSteps(words + next, count &- next, packet, port) }
      packet = own
      let length = changePlain(packet, word, words + (next &+ 1))
      guard length > 0 else { return runSteps(words + next, count &- next, packet, port) }
      next &+= length
    }
    pb_mbuf_free(packet)
  }

  /// One of the usual changes; returns the operation's words, or 0 when it is none of them or has to be
  /// refused: then nothing was changed.
  @inline(__always)
  private mutating func changePlain(
    _ packet: OpaquePointer, _ word: UInt32, _ operands: UnsafePointer<UInt32>
  ) -> Int {
    let op = UInt8(truncatingIfNeeded: word)
    if op <= Opcode.popVLAN.rawValue {
      if op == Opcode.pushVLAN.rawValue { return pushVLAN(packet, operands[0]) ? 2 : 0 }
      popVLAN(packet)
      return 1
    }
    guard op <= Opcode.setVLAN.rawValue, let data = pb_mbuf_data(packet) else { return 0 }
    let frame = FrameRewriter(
      base: data, length: Int(pb_mbuf_length(packet)), bareType: turn.bareType)
    if op <= Opcode.setIPv4.rawValue {
      if op == Opcode.setEthernet.rawValue {
        frame.setEthernet(operands)
        return 7
      }
      frame.setIPv4(operands)
      return 5
    }
    if op == Opcode.setIPv4Bytes.rawValue {
      frame.setIPv4Bytes(operands)
      return 3
    }
    return changeOther(frame, op, word >> 8, operands)
  }

  @inline(never)
  private mutating func changeOther(
    _ frame: FrameRewriter, _ op: UInt8, _ argument: UInt32, _ operands: UnsafePointer<UInt32>
  ) -> Int {
    if op == Opcode.setPorts.rawValue {
      frame.setPorts(UInt8(truncatingIfNeeded: argument), operands)
      return 3
    }
    if op == Opcode.setVLAN.rawValue {
      frame.setVLAN(UInt16(truncatingIfNeeded: argument))
      return 1
    }
    if op == Opcode.setIPv6.rawValue {
      frame.setIPv6(operands)
      return 20
    }
    return 0
  }
}
