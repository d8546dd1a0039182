import CDPDKShim

/// A burst of one flow, operation by operation (worker's thread): each operation is decoded once and then
/// done to all packets, its operands in registers, instead of each packet going through the program.
///
/// It is right because every packet meets the same operations in the same order, and an output sends the
/// packets in theirs (two outputs to one port: all packets, then all again, as in OVS). All packets of
/// such a burst have the same shape (`pb_same_fn`), so that a header is mostly where the first has it.
/// What cannot be done to all alike, an operation of another kind or packets whose bytes somebody else
/// holds, goes on packet by packet from where it stands.
extension Worker {
  /// Runs the program of a flow on all packets of the burst; it is not just one output.
  @inline(never)
  mutating func runAll(_ flow: FlowPointer, _ port: WorkerPortPointer, _ count: Int) {
    let words = flow.program
    let end = Int(flow.pointee.wordCount)
    var next = meterAll(flow, count)
    var isOwn = next < end && !isOutput(words[next]) && isChangeable(count)
    while next < end {
      let word = words[next]
      if isOutput(word) {
        next &+= 1
        if next < end { retainAll(count) }
        outputAll(count, burst.pointee.total, PortNumber(truncatingIfNeeded: word >> 8))
        if next == end { return }
        isOwn = false
        continue
      }
      let length = isOwn ? changeAll(word, words + (next &+ 1), count) : 0
      if length == 0 { break }
      next &+= length
    }
    for i in 0..<count { run(words + next, end &- next, packets[i].unsafelyUnwrapped, port) }
  }

  @inline(__always)
  private mutating func isOutput(_ word: UInt32) -> Bool {
    UInt8(truncatingIfNeeded: word) == Opcode.output.rawValue
  }

  /// Before an output that is not the last operation.
  @inline(__always)
  private mutating func retainAll(_ count: Int) {
    for i in 0..<count { pb_mbuf_retain(packets[i].unsafelyUnwrapped) }
  }

  /// Takes a meter at the program's beginning for all packets at once, if it lets all pass. Returns
  /// where to go on.
  @inline(__always)
  private mutating func meterAll(_ flow: FlowPointer, _ count: Int) -> Int {
    let program = flow.program
    guard flow.pointee.wordCount >= 2,
      UInt8(truncatingIfNeeded: program[0]) == Opcode.meter.rawValue,
      meters.admitsAll(
        program[1], packets: count, bytes: burst.pointee.total.bytes, now: clock.now)
    else { return 0 }
    return 2
  }

  /// Whether all are frames that may be changed where they are, with room for a tag.
  @inline(__always)
  private mutating func isChangeable(_ count: Int) -> Bool {
    turn.bareType == 0 && pb_mbufs_are_own(packets, UInt32(truncatingIfNeeded: count), 4) != 0
  }

  /// Sums up the lengths again, after tags came or went.
  @inline(never)
  private mutating func countLengths(_ count: Int) {
    var bytes: UInt64 = 0
    var longest: UInt32 = 0
    for i in 0..<count {
      let length = pb_mbuf_packet_length(packets[i].unsafelyUnwrapped)
      bytes &+= UInt64(length)
      longest = max(longest, length)
    }
    burst.pointee.total.bytes = bytes
    burst.pointee.total.longest = longest
  }

  /// One of the usual changes, to all packets. Returns the operation's words; 0 when it is none of them,
  /// and nothing was changed.
  @inline(__always)
  private mutating func changeAll(
    _ word: UInt32, _ operands: UnsafePointer<UInt32>, _ count: Int
  ) -> Int {
    let op = UInt8(truncatingIfNeeded: word)
    if op == Opcode.setEthernet.rawValue {
      forEachFrame(count) { $0.setEthernet(operands) }
      return 7
    }
    if op == Opcode.setIPv4Bytes.rawValue {
      forEachIPv4(count) { $0.setIPv4Bytes(at: $1, operands) }
      return 3
    }
    if op == Opcode.setIPv4.rawValue {
      forEachIPv4(count) { $0.setIPv4(at: $1, operands) }
      return 5
    }
    if op == Opcode.popVLAN.rawValue {
      for i in 0..<count { popVLAN(packets[i].unsafelyUnwrapped) }
      countLengths(count)
      return 1
    }
    if op == Opcode.pushVLAN.rawValue, isChangeable(count) {
      let tag = operands[0]
      for i in 0..<count { _ = pushVLAN(packets[i].unsafelyUnwrapped, tag) }
      countLengths(count)
      return 2
    }
    return 0
  }

  @inline(__always)
  private mutating func forEachFrame(_ count: Int, _ change: (FrameRewriter) -> Void) {
    for i in 0..<count { change(frame(i)) }
  }

  /// The frames that have an IPv4 header; mostly it is where the first has it. With up to two tags that
  /// is where each has its Ethertype; what lies behind two tags need not be alike.
  @inline(__always)
  private mutating func forEachIPv4(_ count: Int, _ change: (FrameRewriter, Int) -> Void) {
    let first = frame(0).headerIPv4 ?? 14
    for i in 0..<count {
      let frame = frame(i)
      let isThere = first <= 22 && frame.hasIPv4(at: first)
      if let l3 = isThere ? first : frame.headerIPv4 { change(frame, l3) }
    }
  }

  @inline(__always)
  private mutating func frame(_ i: Int) -> FrameRewriter {
    let packet = packets[i].unsafelyUnwrapped
    return FrameRewriter(
      base: pb_mbuf_data(packet).unsafelyUnwrapped, length: Int(pb_mbuf_length(packet)), bareType: 0
    )
  }
}
