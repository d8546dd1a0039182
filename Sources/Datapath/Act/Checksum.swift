/// What a change of header words does to an Internet checksum (RFC 1624): add what changed, apply it
/// to each checksum that covers it. Works in memory order: a one's complement sum does not care.
struct ChecksumChange {
  /// Of 32-bit words: in a one's complement sum both halves count alike.
  private var sum: UInt64 = 0

  /// Two 16-bit aligned words went from `old` to `new`.
  @inline(__always) mutating func add(_ old: UInt32, _ new: UInt32) {
    sum &+= UInt64(~old) &+ UInt64(new)
  }
  @inline(__always) mutating func add(_ old: UInt16, _ new: UInt16) {
    sum &+= UInt64(~old) &+ UInt64(new)
  }

  /// The new value of a checksum field.
  @inline(__always) func applied(to field: UInt16) -> UInt16 {
    var s = UInt64(~field) &+ sum
    s = (s & 0xffff_ffff) &+ (s >> 32)
    s = (s & 0xffff_ffff) &+ (s >> 32)
    // Adds both halves, and the carry.
    let whole = UInt32(truncatingIfNeeded: s)
    return ~UInt16(truncatingIfNeeded: (whole &+ (whole &<< 16 | whole &>> 16)) &>> 16)
  }
}
