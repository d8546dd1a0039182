/// Appends integers in network order to bytes.
public struct WireWriter {
  public private(set) var bytes: [UInt8] = []

  public init() {}

  /// What `body` writes.
  public static func bytes(_ body: (inout WireWriter) -> Void) -> [UInt8] {
    var writer = WireWriter()
    body(&writer)
    return writer.bytes
  }

  public var count: Int { bytes.count }

  public mutating func u8(_ value: UInt8) { bytes.append(value) }
  public mutating func u16(_ value: UInt16) { integer(UInt128(value), 2) }
  public mutating func u32(_ value: UInt32) { integer(UInt128(value), 4) }
  public mutating func u64(_ value: UInt64) { integer(UInt128(value), 8) }

  /// The low `count` bytes (0...16) of `value`.
  public mutating func integer(_ value: UInt128, _ count: Int) {
    for i in stride(from: count - 1, through: 0, by: -1) {
      bytes.append(UInt8(truncatingIfNeeded: value >> UInt128(8 * i)))
    }
  }

  public mutating func append(_ more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

  public mutating func zeros(_ count: Int) {
    bytes.append(contentsOf: repeatElement(0, count: max(0, count)))
  }

  /// Zeros up to a multiple of eight bytes since `start`.
  public mutating func pad8(since start: Int) { zeros((8 - (count - start) % 8) % 8) }

  /// `text` in a field of `size` bytes that ends with at least one zero.
  public mutating func text(_ text: String, _ size: Int) {
    let bytes = Array(text.utf8.prefix(size - 1))
    append(bytes)
    zeros(size - bytes.count)
  }

  /// Overwrites two bytes at `offset`, for lengths known only afterwards.
  public mutating func patch16(at offset: Int, _ value: Int) {
    guard offset >= 0, offset + 2 <= count else { return }
    bytes[offset] = UInt8(truncatingIfNeeded: value >> 8)
    bytes[offset + 1] = UInt8(truncatingIfNeeded: value)
  }

  /// Forgets everything after the first `count` bytes.
  public mutating func truncate(to count: Int) { bytes.removeLast(max(0, bytes.count - count)) }
}
