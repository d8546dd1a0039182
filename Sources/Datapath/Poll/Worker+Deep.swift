import CDPDKShim
import Fields

/// Packets whose flow depends on more than the flow key (see `DeepKey`).
extension Worker {
  /// What a gate does: looks the packet up under both keys, and goes on with its flow's program.
  /// False when the packet is gone.
  @inline(never)
  mutating func lookDeeper(_ step: inout Step, _ port: WorkerPortPointer?) -> Bool {
    guard let port else {
      drop(step.packet, .noSuchPort, nil)
      return false
    }
    parseLong(
      step.packet, Turn(recircID: turn.recircID, dpHash: step.dpHash, bareType: step.bareType), port
    )
    guard let flow = behindGate(port) else {
      miss(port, step.packet, long.key, long.deep)
      return false
    }
    flow.count(pb_mbuf_packet_length(step.packet), long.pointee.key, clock.now)
    guard flow.pointee.wordCount > 0 else {
      drop(step.packet, .dropAction, port)
      return false
    }
    step.words = flow.program
    step.next = 0
    step.end = Int(flow.pointee.wordCount)
    return true
  }

  /// The flow of the packet that `long` has the keys of, which came to a gate.
  @inline(__always)
  mutating func behindGate(_ port: WorkerPortPointer) -> FlowPointer? {
    port.pointee.deep.find(long, kernels) ?? port.pointee.classifier.findPlain(long.key, kernels)
  }

  /// Both keys of a packet, into `long`.
  mutating func parseLong(_ packet: OpaquePointer, _ turn: Turn, _ port: WorkerPortPointer) {
    guard let data = pb_mbuf_data(packet) else { return }
    let length = Int(pb_mbuf_length(packet))
    PacketParser.parse(
      data, length: length, type: turn.bareType, inPort: port.pointee.number, into: long.key)
    long.pointee.key.recircID = turn.recircID
    parseDeep(packet, long.key, turn)
  }

  /// The deep key of a packet, into `long`.
  mutating func parseDeep(
    _ packet: OpaquePointer, _ key: UnsafePointer<FlowKey>, _ turn: Turn
  ) {
    long.deep.pointee = DeepKey()
    long.deep.pointee.dpHash = turn.dpHash
    if turn.bareType != 0 { long.deep.pointee.packetType = 1 << 16 | UInt32(turn.bareType) }
    guard let data = pb_mbuf_data(packet) else { return }
    let headers = UnsafeMutableRawPointer(long.deep).assumingMemoryBound(to: HeaderFields.self)
    HeaderParser.parse(
      data, length: Int(pb_mbuf_length(packet)), key: key.pointee, isBare: turn.bareType != 0,
      into: headers)
  }

  // MARK: Flows

  /// Installs a deep flow: behind a gate, in the deep classifier. False when it cannot be.
  mutating func installDeep(
    _ record: UnsafeMutablePointer<FlowRecord>, _ port: WorkerPortPointer,
    _ program: UnsafePointer<UInt32>, _ count: Int
  ) -> Bool {
    guard let slot = slab.take() else { return false }
    guard let gate = gate(record, port) else {
      slab.release(slot)
      return false
    }
    gate.pointee.word1 &+= 1
    slot.start(record, program, count)
    record.pointee.gate = gate
    port.pointee.deep.insert(slot, kernels, supply)
    announce(slot, record)
    // Those that wait under their flow key alone find out which of them are the flow's.
    releaseMatching(gate)
    releaseMatching(slot)
    return true
  }

  /// The gate over the 64-byte part of a deep flow's mask; nil when there is no memory, or a plain
  /// flow has its place: an old one, which control is about to remove.
  private mutating func gate(
    _ record: UnsafeMutablePointer<FlowRecord>, _ port: WorkerPortPointer
  ) -> FlowPointer? {
    guard let slot = slab.take() else { return nil }
    slot.pointee.key = record.pointee.key
    let mask = record.pointee.mask
    if let same = port.pointee.classifier.exact(slot, mask: mask, kernels: kernels.pointee) {
      slab.release(slot)
      return same.isGate ? same : nil
    }
    slot.start(nil, Worker.gateProgram, 2)
    port.pointee.classifier.insert(slot, mask: mask, kernels: kernels.pointee)
    return slot
  }

  private static let gateProgram: UnsafePointer<UInt32> = {
    let words = UnsafeMutablePointer<UInt32>.allocate(capacity: 2)
    words[0] = UInt32(Opcode.lookDeeper.rawValue)
    words[1] = 0
    return UnsafePointer(words)
  }()

  /// Takes a deep flow out, and its gate with the last one behind it.
  mutating func removeDeep(_ slot: FlowPointer, _ gate: FlowPointer, _ port: WorkerPortPointer) {
    port.pointee.deep.remove(slot, kernels)
    gate.pointee.word1 &-= 1
    guard gate.pointee.word1 == 0 else { return }
    port.pointee.classifier.remove(gate, kernels: kernels.pointee)
    slab.release(gate)
  }
}

extension UnsafeMutablePointer where Pointee == FlowSlot {
  /// Whether the flow only says that packets are to be looked at more closely.
  @inline(__always) var isGate: Bool {
    pointee.wordCount == 2 && pointee.word0 == UInt32(Opcode.lookDeeper.rawValue)
  }

  /// Makes a fresh slot a flow that has seen no packets.
  func start(
    _ record: UnsafeMutablePointer<FlowRecord>?, _ program: UnsafePointer<UInt32>, _ count: Int
  ) {
    pointee.packets = 0
    pointee.bytes = 0
    pointee.used = 0
    pointee.tcpFlags = 0
    pointee.record = record
    setProgram(program, count: count)
  }
}
