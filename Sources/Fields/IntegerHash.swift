/// MurmurHash3's steps over 32-bit words (Austin Appleby, public domain), as OVS puts them together:
/// where packets go by a hash, they go where OVS would send them. Plain functions, any thread.
public enum IntegerHash {
  /// The hash of two words.
  @inlinable
  public static func hash(_ value: UInt32, basis: UInt32) -> UInt32 {
    finish(add(add(value, UInt32(0)), basis), 8)
  }

  @inlinable
  public static func add(_ hash: UInt32, _ data: UInt32) -> UInt32 {
    var mixed = data &* 0xcc9e_2d51
    mixed = rotated(mixed, 15) &* 0x1b87_3593
    return rotated(hash ^ mixed, 13) &* 5 &+ 0xe654_6b64
  }

  /// The halves of a word, as they lie in memory.
  @inlinable
  public static func add(_ hash: UInt32, _ data: UInt64) -> UInt32 {
    add(
      add(hash, UInt32(truncatingIfNeeded: data)), UInt32(truncatingIfNeeded: data &>> 32))
  }

  @inlinable
  public static func finish(_ hash: UInt32, _ final: UInt32) -> UInt32 {
    var hash = hash ^ final
    hash ^= hash &>> 16
    hash = hash &* 0x85eb_ca6b
    hash ^= hash &>> 13
    hash = hash &* 0xc2b2_ae35
    return hash ^ hash &>> 16
  }

  @inlinable
  static func rotated(_ value: UInt32, _ bits: UInt32) -> UInt32 {
    value &<< bits | value &>> (32 &- bits)
  }
}
