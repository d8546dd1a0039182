/// Bytes in which every field has a fixed place. All that is read must lie in the bytes.
struct FixedBytes {
  private let raw: UnsafeRawBufferPointer
  private let start: Int

  @inline(__always)
  init(_ raw: UnsafeRawBufferPointer, from start: Int) {
    self.raw = raw
    self.start = start
  }

  @inline(__always)
  func integer<T: FixedWidthInteger>(at offset: Int, _: T.Type) -> T {
    T(bigEndian: raw.loadUnaligned(fromByteOffset: start + offset, as: T.self))
  }

  @inline(__always)
  func u8(_ offset: Int) -> UInt8 { integer(at: offset, UInt8.self) }
  @inline(__always)
  func u16(_ offset: Int) -> UInt16 { integer(at: offset, UInt16.self) }
  @inline(__always)
  func u32(_ offset: Int) -> UInt32 { integer(at: offset, UInt32.self) }
  @inline(__always)
  func u48(_ offset: Int) -> UInt64 { UInt64(u32(offset)) << 16 | UInt64(u16(offset + 4)) }
  @inline(__always)
  func u64(_ offset: Int) -> UInt64 { integer(at: offset, UInt64.self) }
}

/// Reads integers in network order from a run of bytes. Every read is checked: past the end it throws
/// the error that the reader was made with (a match blames the match, an action the action).
public struct WireReader {
  private let bytes: ArraySlice<UInt8>
  private var position: Int
  private let tooShort: OpenFlowError

  public init(_ bytes: ArraySlice<UInt8>, tooShort: OpenFlowError = .badLength) {
    self.bytes = bytes
    self.position = bytes.startIndex
    self.tooShort = tooShort
  }

  public init(_ bytes: [UInt8], tooShort: OpenFlowError = .badLength) {
    self.init(bytes[...], tooShort: tooShort)
  }

  /// Bytes not yet read.
  public var remaining: Int { bytes.endIndex - position }
  public var isAtEnd: Bool { remaining == 0 }

  public mutating func u8() throws(OpenFlowError) -> UInt8 { try load(UInt8.self) }
  public mutating func u16() throws(OpenFlowError) -> UInt16 { try load(UInt16.self) }
  public mutating func u32() throws(OpenFlowError) -> UInt32 { try load(UInt32.self) }
  public mutating func u48() throws(OpenFlowError) -> UInt64 { UInt64(try integer(6)) }
  public mutating func u64() throws(OpenFlowError) -> UInt64 { try load(UInt64.self) }

  @inline(__always)
  private mutating func load<T: FixedWidthInteger>(_: T.Type) throws(OpenFlowError) -> T {
    guard MemoryLayout<T>.size <= remaining else { throw tooShort }
    let offset = position - bytes.startIndex
    position += MemoryLayout<T>.size
    return bytes.withUnsafeBytes {
      T(bigEndian: $0.loadUnaligned(fromByteOffset: offset, as: T.self))
    }
  }

  /// The next four bytes, which stay unread.
  @inline(__always)
  func peek32() -> UInt32? {
    guard remaining >= 4 else { return nil }
    let offset = position - bytes.startIndex
    return bytes.withUnsafeBytes { FixedBytes($0, from: offset).u32(0) }
  }

  /// Calls `body` with the next `count` bytes, if there are so many, and takes them if it says so.
  @inline(__always)
  mutating func readIfPresent(_ count: Int, _ body: (UnsafeRawBufferPointer) -> Bool) -> Bool {
    guard count <= remaining else { return false }
    let offset = position - bytes.startIndex
    let isRead = bytes.withUnsafeBytes {
      body(UnsafeRawBufferPointer(rebasing: $0[offset..<offset + count]))
    }
    if isRead { position += count }
    return isRead
  }

  /// Calls `body` with the next `count` bytes: a struct whose fields have fixed places is read quickest
  /// so. `body` reads no further than `count`.
  @inline(__always)
  mutating func fixed<T>(
    _ count: Int, _ body: (FixedBytes) -> T
  ) throws(OpenFlowError) -> T {
    guard count <= remaining else { throw tooShort }
    let offset = position - bytes.startIndex
    position += count
    return bytes.withUnsafeBytes { body(FixedBytes($0, from: offset)) }
  }

  /// A big-endian integer of `count` bytes (0...16).
  public mutating func integer(_ count: Int) throws(OpenFlowError) -> UInt128 {
    switch count {
    case 1: return UInt128(try u8())
    case 2: return UInt128(try u16())
    case 4: return UInt128(try u32())
    case 8: return UInt128(try u64())
    default:
      guard count >= 0, count <= remaining else { throw tooShort }
      var value: UInt128 = 0
      for index in position..<position + count { value = value << 8 | UInt128(bytes[index]) }
      position += count
      return value
    }
  }

  public mutating func skip(_ count: Int) throws(OpenFlowError) {
    guard count >= 0, count <= remaining else { throw tooShort }
    position += count
  }

  /// The next `count` bytes.
  public mutating func take(_ count: Int) throws(OpenFlowError) -> ArraySlice<UInt8> {
    guard count >= 0, count <= remaining else { throw tooShort }
    defer { position += count }
    return bytes[position..<position + count]
  }

  /// A reader of the next `count` bytes that throws `tooShort` past their end.
  public mutating func sub(
    _ count: Int, tooShort: OpenFlowError
  ) throws(OpenFlowError) -> WireReader {
    WireReader(try take(count), tooShort: tooShort)
  }

  /// All bytes not yet read.
  public mutating func rest() -> ArraySlice<UInt8> {
    defer { position = bytes.endIndex }
    return bytes[position...]
  }

  /// A fixed-size field of text that ends at its first zero byte.
  public mutating func text(_ count: Int) throws(OpenFlowError) -> String {
    String(decoding: try take(count).prefix { $0 != 0 }, as: UTF8.self)
  }
}
