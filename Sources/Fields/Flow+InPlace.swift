/// Fields of a flow where it lies. A flow is 640 bytes: what is asked of one in passing would cost the
/// copying of it, many times per translated packet.
extension MatchField {
  /// The field's value in `flow`, right-aligned.
  public func value(at flow: UnsafePointer<Flow>) -> UInt128 { value(in: flow.raw) }

  /// Stores `value` under `mask` (both right-aligned) into `flow`; other bits keep their values.
  public func store(_ value: UInt128, mask: UInt128, at flow: UnsafeMutablePointer<Flow>) {
    store(value, mask: mask, in: flow.raw)
  }
}

extension UnsafePointer where Pointee == Flow {
  /// The field of `byteCount` bytes (1...16) at `offset`, as a host integer.
  public func bytes(_ offset: Int, _ byteCount: Int) -> UInt128 {
    raw.networkInteger(offset, byteCount)
  }

  var raw: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: self, count: Flow.byteCount) }
}

extension UnsafeMutablePointer where Pointee == Flow {
  /// Stores the low `byteCount` bytes of `value` in network order at `offset`.
  public func setBytes(_ offset: Int, _ byteCount: Int, _ value: UInt128) {
    raw.setNetworkInteger(offset, byteCount, value)
  }

  var raw: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: self, count: Flow.byteCount)
  }

  /// Its words as they lie in memory, `Flow.wordCount` of them.
  @inlinable @inline(__always)
  public var words: UnsafeMutablePointer<UInt64> {
    UnsafeMutableRawPointer(self).assumingMemoryBound(to: UInt64.self)
  }

  /// The 32 bits at `offset`, as they lie in memory.
  @inlinable @inline(__always)
  public func raw32(_ offset: Int) -> UInt32 {
    UnsafeRawPointer(self).load(fromByteOffset: offset, as: UInt32.self)
  }
}
