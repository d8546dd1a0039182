import CDPDKShim

/// Buffers for frames that are longer than those of a port's pool: jumbo frames.
///
/// Most devices never see one, and an MTU may change at any time. So a port always works with small
/// buffers, and control lends its device a second pool once the MTU asks for it; only the frames that
/// need one come from there. Control writes the word once, the polling worker reads it.
struct LargeFrames {
  private(set) var pool: OpaquePointer?

  mutating func lend(_ pool: OpaquePointer) { self.pool = pool }

  /// A buffer with room for `length` bytes from `small`, else from the large ones.
  @inline(__always)
  func buffer(_ length: Int, small: OpaquePointer) -> BufferOrReason {
    guard let packet = pb_mbuf_alloc(small) else { return .none }
    if length <= Int(pb_mbuf_tailroom(packet)) { return .buffer(packet) }
    pb_mbuf_free(packet)
    return largeBuffer(length)
  }

  @inline(never)
  func largeBuffer(_ length: Int) -> BufferOrReason {
    guard let pool else { return .tooLong }
    guard let packet = pb_mbuf_alloc(pool) else { return .none }
    if length <= Int(pb_mbuf_tailroom(packet)) { return .buffer(packet) }
    pb_mbuf_free(packet)
    return .tooLong
  }

  enum BufferOrReason {
    case buffer(OpaquePointer)
    /// No buffer is free.
    case none
    /// No buffer is that large.
    case tooLong
  }
}
