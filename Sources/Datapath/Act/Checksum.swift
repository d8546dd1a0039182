/// What a change of header words does to an Internet checksum (RFC 1624): add what changed, apply it
/// to each checksum that covers it. Works in memory order: a one's complement sum does not care.
struct ChecksumChange {
  private var sum: UInt64 = 0

  /// A 16-bit aligned word went from `old` to `new`.
  @inline(__always) mutating func add(_ old: UInt32, _ new: UInt32) {
    let gone = ~old
    sum &+= UInt64(gone & 0xffff) &+ UInt64(gone >> 16)
    sum &+= UInt64(new & 0xffff) &+ UInt64(new >> 16)
  }
  @inline(__always) mutating func add(_ old: UInt16, _ new: UInt16) {
    sum &+= UInt64(~old) &+ UInt64(new)
  }

  @inline(__always) mutating func add(_ other: ChecksumChange) { sum &+= other.sum }

  /// The new value of a checksum field.
  @inline(__always) func applied(to field: UInt16) -> UInt16 {
    var s = UInt64(~field) &+ sum
    s = (s & 0xffff_ffff) &+ (s >> 32)
    s = (s & 0xffff) &+ (s >> 16)
    s = (s & 0xffff) &+ (s >> 16)
    s = (s & 0xffff) &+ (s >> 16)
    return ~UInt16(truncatingIfNeeded: s)
  }
}
