/// What OpenFlow 1.5 tells of a flow's or many flows' past: a list of statistics, each with a header as
/// match fields have it (OXS). What is nil is not told.
struct FlowCounts: Hashable, Sendable {
  /// Nanoseconds.
  var duration: UInt64?
  /// Seconds.
  var idleAge: UInt32?
  var packetCount: UInt64?
  var byteCount: UInt64?
  var flowCount: UInt32?

  static let nanosecondsPerSecond: UInt64 = 1_000_000_000

  private enum Header {
    static let duration: UInt32 = 0x8002_0008
    static let idleTime: UInt32 = 0x8002_0208
    static let flowCount: UInt32 = 0x8002_0604
    static let packetCount: UInt32 = 0x8002_0808
    static let byteCount: UInt32 = 0x8002_0a08
  }

  init() {}

  /// Reads a list with its own header and its padding. Unknown statistics say nothing.
  init(from reader: inout WireReader) throws(OpenFlowError) {
    guard reader.remaining >= 4 else { throw .badMatchLength }
    try reader.skip(2)
    let length = Int(try reader.u16())
    guard length >= 4 else { throw .badMatchLength }
    var padded = try reader.sub((length + 7) / 8 * 8 - 4, tooShort: .badMatchLength)
    var list = try padded.sub(length - 4, tooShort: .badMatchLength)
    while !list.isAtEnd {
      let header = try list.u32()
      var value = try list.sub(Int(header & 0xff), tooShort: .badMatchLength)
      try take(header, &value)
    }
  }

  private mutating func take(_ header: UInt32, _ value: inout WireReader) throws(OpenFlowError) {
    switch header {
    case Header.duration:
      let seconds = try value.u32()
      duration = UInt64(seconds) &* Self.nanosecondsPerSecond &+ UInt64(try value.u32())
    case Header.idleTime: idleAge = try value.u32()
    case Header.packetCount: packetCount = try value.u64()
    case Header.byteCount: byteCount = try value.u64()
    case Header.flowCount: flowCount = try value.u32()
    default: return
    }
  }

  func write(to writer: inout WireWriter) {
    let start = writer.count
    writer.zeros(4)
    if let duration {
      writer.u32(Header.duration)
      writer.duration(duration)
    }
    if let idleAge {
      writer.u32(Header.idleTime)
      writer.u32(idleAge)
      writer.zeros(4)
    }
    if let packetCount {
      writer.u32(Header.packetCount)
      writer.u64(packetCount)
    }
    if let byteCount {
      writer.u32(Header.byteCount)
      writer.u64(byteCount)
    }
    if let flowCount {
      writer.u32(Header.flowCount)
      writer.u32(flowCount)
    }
    writer.patch16(at: start + 2, writer.count - start)
    writer.pad8(since: start)
  }
}

extension WireReader {
  /// Seconds and nanoseconds, as nanoseconds.
  mutating func duration() throws(OpenFlowError) -> UInt64 {
    let seconds = try u32()
    return UInt64(seconds) &* FlowCounts.nanosecondsPerSecond &+ UInt64(try u32())
  }
}

extension WireWriter {
  /// Nanoseconds, as seconds and nanoseconds.
  mutating func duration(_ nanoseconds: UInt64) {
    u32(UInt32(truncatingIfNeeded: nanoseconds / FlowCounts.nanosecondsPerSecond))
    u32(UInt32(truncatingIfNeeded: nanoseconds % FlowCounts.nanosecondsPerSecond))
  }
}
