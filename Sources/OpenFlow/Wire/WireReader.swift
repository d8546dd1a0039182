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

  public mutating func u8() throws(OpenFlowError) -> UInt8 { UInt8(try integer(1)) }
  public mutating func u16() throws(OpenFlowError) -> UInt16 { UInt16(try integer(2)) }
  public mutating func u32() throws(OpenFlowError) -> UInt32 { UInt32(try integer(4)) }
  public mutating func u64() throws(OpenFlowError) -> UInt64 { UInt64(try integer(8)) }

  /// A big-endian integer of `count` bytes (0...16).
  public mutating func integer(_ count: Int) throws(OpenFlowError) -> UInt128 {
    var value: UInt128 = 0
    for byte in try take(count) { value = value << 8 | UInt128(byte) }
    return value
  }

  public mutating func skip(_ count: Int) throws(OpenFlowError) { _ = try take(count) }

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
