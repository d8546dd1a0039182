/// What the last bytes of each of our frames say: enough for the sink to find loss, reordering and
/// latency, whatever the switch did to the headers.
///
/// 14 bytes, the most that fits a 64-byte frame with a tag: a magic number, the stream, the sequence
/// number in the stream, and the time. They end with the frame (before the last byte when its length
/// is odd: a checksum wants its words at even places). A stream is a flow of one generator in one
/// trial, so packets of an earlier trial that come late are not mistaken. All in the host's byte
/// order: generator and sink are one process.
struct Signature {
  static let length = 14
  static let magic: UInt16 = 0x5062

  /// Most flows, generators, and trials until their numbers come again.
  static let maxFlows = 1 << 24
  static let maxGenerators = 16
  static let trials = 16

  /// Where it starts in a frame of this length.
  @inline(__always)
  static func offset(inFrameOf length: Int) -> Int { (length & ~1) &- Signature.length }

  /// The upper byte of a stream's number.
  static func tag(trial: Int, generator: Int) -> UInt32 {
    UInt32(trial & 15) << 28 | UInt32(generator & 15) << 24
  }

  /// Time in units of 8 TSC cycles, some 3 ns: as 32 bits good for differences of seconds.
  @inline(__always)
  static func time(_ tsc: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: tsc >> 3) }
  static let cyclesPerTimeUnit = 8.0
}
