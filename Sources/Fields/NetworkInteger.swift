/// Integers of 1 to 16 bytes in network order, at any offset of a flow or a key.
extension UnsafeRawBufferPointer {
  /// The `byteCount` bytes at `offset` as a host integer.
  func networkInteger(_ offset: Int, _ byteCount: Int) -> UInt128 {
    precondition(offset >= 0 && offset + byteCount <= count && byteCount <= 16)
    func load<T: FixedWidthInteger>(_: T.Type) -> UInt128 {
      UInt128(truncatingIfNeeded: T(bigEndian: loadUnaligned(fromByteOffset: offset, as: T.self)))
    }
    switch byteCount {
    case 1: return UInt128(self[offset])
    case 2: return load(UInt16.self)
    case 4: return load(UInt32.self)
    case 8: return load(UInt64.self)
    case 16: return load(UInt128.self)
    default:
      var value: UInt128 = 0
      for index in 0..<byteCount { value = value << 8 | UInt128(self[offset + index]) }
      return value
    }
  }
}

extension UnsafeMutableRawBufferPointer {
  /// Stores the low `byteCount` bytes of `value` at `offset`.
  func setNetworkInteger(_ offset: Int, _ byteCount: Int, _ value: UInt128) {
    precondition(offset >= 0 && offset + byteCount <= count && byteCount <= 16)
    func store<T: FixedWidthInteger>(_: T.Type) {
      storeBytes(of: T(truncatingIfNeeded: value).bigEndian, toByteOffset: offset, as: T.self)
    }
    switch byteCount {
    case 1: self[offset] = UInt8(truncatingIfNeeded: value)
    case 2: store(UInt16.self)
    case 4: store(UInt32.self)
    case 8: store(UInt64.self)
    case 16: store(UInt128.self)
    default:
      for index in 0..<byteCount {
        self[offset + index] = UInt8(
          truncatingIfNeeded: value >> UInt128(8 * (byteCount - 1 - index)))
      }
    }
  }
}
