/// The Internet checksum (RFC 1071) over memory, in memory order: a one's complement sum gives the
/// same bytes whatever the host's byte order is.
public struct OnesComplementSum {
  @usableFromInline var sum: UInt64 = 0

  @inlinable public init() {}

  /// Adds `count` bytes; an odd last byte is taken as padded with zero. The caller vouches for
  /// `bytes ..< bytes + count`.
  @inlinable @inline(__always)
  public mutating func add(_ bytes: UnsafeRawPointer, _ count: Int) {
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
  @inlinable @inline(__always)
  public mutating func add(_ value: Int) {
    sum &+= UInt64(UInt16(truncatingIfNeeded: value).bigEndian)
  }

  /// Adds two 16-bit words as they lie in memory.
  @inlinable @inline(__always)
  public mutating func add(stored words: UInt32) { sum &+= UInt64(words) }

  /// What belongs into a checksum field, in memory order.
  @inlinable @inline(__always)
  public var checksum: UInt16 {
    var s = (sum & 0xffff_ffff) &+ (sum >> 32)
    s = (s & 0xffff_ffff) &+ (s >> 32)
    s = (s & 0xffff) &+ (s >> 16)
    s = (s & 0xffff) &+ (s >> 16)
    s = (s & 0xffff) &+ (s >> 16)
    return ~UInt16(truncatingIfNeeded: s)
  }

  /// The same, where zero would say "no checksum" (UDP; harmless in TCP, where both mean zero).
  @inlinable @inline(__always)
  public var nonZeroChecksum: UInt16 {
    let c = checksum
    return c == 0 ? 0xffff : c
  }
}
