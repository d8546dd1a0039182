import CDPDKShim

typealias PacketList = UnsafeMutablePointer<OpaquePointer?>

/// Sends one stream of traffic into one queue of a port. A plain struct of the lane that runs it;
/// control reads `sent`, `sentBytes`, `held`, `starved` and `missed` as plain words.
///
/// What the device does not take stays in `packets` and is offered again: a full device slows the
/// generator and loses nothing, so `sent` is exactly what the device has taken.
struct Generator {
  static let burst = 32

  private let port: UInt16
  private let queue: UInt16
  private let pool: OpaquePointer
  private let templates: FrameTemplates
  private let tag: UInt32
  private var picker: FlowPicker
  private var pacer: Pacer
  /// The next sequence number of each flow.
  private let sequences: UnsafeMutablePointer<UInt32>
  private var size = 0

  private let packets: PacketList
  private let lengths: UnsafeMutablePointer<UInt16>
  private let flows: UnsafeMutablePointer<UInt32>
  /// Packets that are written and not yet sent: `first ..< first + waiting`.
  private var first = 0
  private var waiting = 0

  private(set) var sent: UInt64 = 0
  private(set) var sentBytes: UInt64 = 0
  /// How often the device took less than it was offered.
  private(set) var held: UInt64 = 0
  /// How often there were no buffers.
  private(set) var starved: UInt64 = 0
  var missed: UInt64 { pacer.missed }

  init(
    port: UInt16, queue: Int, pool: OpaquePointer, templates: FrameTemplates, tag: UInt32,
    picker: FlowPicker, pacer: Pacer, sequences: UnsafeMutablePointer<UInt32>
  ) {
    (self.port, self.queue, self.pool) = (port, UInt16(queue), pool)
    (self.templates, self.tag, self.picker, self.pacer) = (templates, tag, picker, pacer)
    self.sequences = sequences
    packets = .allocate(capacity: Generator.burst)
    lengths = .allocate(capacity: Generator.burst)
    flows = .allocate(capacity: Generator.burst)
  }

  func destroy() {
    packets.deallocate()
    lengths.deallocate()
    flows.deallocate()
  }

  /// Sends what is due.
  @inline(__always)
  mutating func step(_ now: UInt64) {
    if waiting == 0 {
      let count = pacer.due(now, limit: Generator.burst)
      if count == 0 { return }
      prepare(count, now)
    }
    send()
  }

  /// Drops what still waits. What was due before `end` and is not sent is missed.
  mutating func finish(_ end: UInt64) {
    pacer.finish(end)
    if waiting > 0 { pb_mbuf_free_bulk(packets + first, UInt32(waiting)) }
    waiting = 0
  }

  private mutating func prepare(_ count: Int, _ now: UInt64) {
    guard pb_mbuf_alloc_bulk(pool, packets, UInt32(truncatingIfNeeded: count)) == 0 else {
      starved &+= 1
      return
    }
    for i in 0..<count {
      let flow = picker.pick()
      flows[i] = flow
      pb_prefetch_write(sequences + Int(flow))
    }
    let time = Signature.time(now)
    for i in 0..<count {
      if let packet = packets[i] { lengths[i] = write(packet, flows[i], time) }
    }
    first = 0
    waiting = count
  }

  @inline(__always)
  private mutating func write(_ packet: OpaquePointer, _ flow: UInt32, _ time: UInt32) -> UInt16 {
    let template = templates.template(flow: flow, size: size)
    size = size &+ 1 == templates.sizes ? 0 : size &+ 1
    let sequence = sequences[Int(flow)]
    sequences[Int(flow)] = sequence &+ 1
    let fields = FlowFields(
      flow: flow, source: templates.source, destination: templates.destination)
    template.pointee.write(
      to: UnsafeMutableRawPointer(pb_mbuf_data(packet).unsafelyUnwrapped), fields,
      stream: tag | flow, sequence: sequence, time: time)
    pb_mbuf_set_length(packet, UInt32(truncatingIfNeeded: template.pointee.length))
    return UInt16(truncatingIfNeeded: template.pointee.length)
  }

  private mutating func send() {
    if waiting == 0 { return }
    let taken = Int(
      pb_tx_burst(port, queue, packets + first, UInt16(truncatingIfNeeded: waiting)))
    for i in first..<first &+ taken { sentBytes &+= UInt64(lengths[i]) }
    sent &+= UInt64(taken)
    first &+= taken
    waiting &-= taken
    if waiting > 0 { held &+= 1 }
  }
}
