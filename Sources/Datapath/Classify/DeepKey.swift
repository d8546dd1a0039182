import Fields

/// What is known of a packet beside its flow key: headers that few packets have, and what was found
/// out about it on the way. 128 bytes, network order; a mask has the same layout.
///
/// ```
/// byte   0  headers       80   `HeaderFields`
///       80  dp_hash      u32   what the `hash` operation computed
///       84  packet_type  u32   namespace << 16 | type; 0 for Ethernet frames
///       88  (room for connection tracking)
/// ```
///
/// **Deep flows.** A flow key decides about almost all packets. A megaflow whose mask has bits of the
/// deep key as well is kept in a table of its own (`DeepClassifier`); in the usual tables stands a
/// *gate* for it, a flow over the 64-byte part of its mask whose program says "look deeper". So
/// packets that no deep megaflow is about pay nothing; those that come to a gate are parsed again, to
/// the end, and looked up under both keys. One that finds nothing there may still have a plain
/// megaflow under another mask than the gate's; else it is parked under its long key. Control sees
/// none of this: a deep megaflow is one `FlowHandle`.
public struct DeepKey: Hashable, Sendable {
  public var headers = HeaderFields()
  /// Network order, as everything here.
  var hashAndType: UInt64 = 0
  var unused = Unused()

  struct Unused: Hashable, Sendable {
    var a: UInt64 = 0, b: UInt64 = 0, c: UInt64 = 0, d: UInt64 = 0, e: UInt64 = 0
  }

  public init() {}

  public static let wordCount = 16

  public var dpHash: UInt32 {
    get { UInt32(truncatingIfNeeded: hashAndType).byteSwapped }
    set { hashAndType = hashAndType & ~0xffff_ffff | UInt64(newValue.byteSwapped) }
  }
  public var packetType: UInt32 {
    get { UInt32(truncatingIfNeeded: hashAndType >> 32).byteSwapped }
    set { hashAndType = hashAndType & 0xffff_ffff | UInt64(newValue.byteSwapped) << 32 }
  }

  public var isZero: Bool {
    headers.isZero && hashAndType | unused.a | unused.b | unused.c | unused.d | unused.e == 0
  }

  public static func & (a: DeepKey, mask: DeepKey) -> DeepKey { a.combined(mask, &) }
  public static func | (a: DeepKey, b: DeepKey) -> DeepKey { a.combined(b, |) }

  @inline(__always)
  private func combined(_ other: DeepKey, _ with: (UInt64, UInt64) -> UInt64) -> DeepKey {
    var result = self
    withUnsafeMutableBytes(of: &result) { r in
      withUnsafeBytes(of: other) { o in
        for i in stride(from: 0, to: 8 * DeepKey.wordCount, by: 8) {
          r.storeBytes(
            of: with(
              r.load(fromByteOffset: i, as: UInt64.self),
              o.load(fromByteOffset: i, as: UInt64.self)),
            toByteOffset: i, as: UInt64.self)
        }
      }
    }
    return result
  }
}

/// Both keys of a packet, side by side. Lives in memory of whole cache lines.
struct LongKey {
  var key = FlowKey()
  var deep = DeepKey()
}

extension UnsafeMutablePointer where Pointee == LongKey {
  @inline(__always) var key: UnsafeMutablePointer<FlowKey> {
    UnsafeMutableRawPointer(self).assumingMemoryBound(to: FlowKey.self)
  }
  @inline(__always) var deep: UnsafeMutablePointer<DeepKey> {
    UnsafeMutableRawPointer(self).advanced(by: 64).assumingMemoryBound(to: DeepKey.self)
  }
}
