/// The Internet checksum (RFC 1071) over memory, in memory order: a one's complement sum gives the
/// same bytes whatever the host's byte order is.
struct OnesComplementSum {
  private var sum: UInt64 = 0

  /// Adds `count` bytes; an odd last byte is taken as padded with zero. The caller vouches for
  /// `bytes ..< bytes + count`.
  @inline(__always)
  mutating func add(_ bytes: UnsafeRawPointer, _ count: Int) {
    var offset = 0
    while offset &+ 4 <= count {
      sum &+= UInt64(bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
      offset &+= 4
    }
    if offset &+ 2 <= count {
      sum &+= UInt64(bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
      offset &+= 2
    }
    if offset < count { sum &+= UInt64(bytes.load(fromByteOffset: offset, as: UInt8.self)) }
  }

  /// Adds a 16-bit word that the network sees as `value`.
  @inline(__always)
  mutating func add(_ value: Int) {
    sum &+= UInt64(UInt16(truncatingIfNeeded: value).bigEndian)
  }

  /// What belongs into a checksum field, in memory order.
  @inline(__always)
  var checksum: UInt16 {
    var s = (sum & 0xffff_ffff) &+ (sum >> 32)
    s = (s & 0xffff_ffff) &+ (s >> 32)
    s = (s & 0xffff) &+ (s >> 16)
    s = (s & 0xffff) &+ (s >> 16)
    s = (s & 0xffff) &+ (s >> 16)
    return ~UInt16(truncatingIfNeeded: s)
  }

  /// The same, where zero would say "no checksum" (UDP; harmless in TCP, where both mean zero).
  @inline(__always)
  var nonZeroChecksum: UInt16 {
    let c = checksum
    return c == 0 ? 0xffff : c
  }
}
