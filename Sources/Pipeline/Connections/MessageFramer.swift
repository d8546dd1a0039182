import NIOCore
import OpenFlow

/// Cuts a stream of bytes into OpenFlow messages by the lengths in their headers.
///
/// Holds what came in one read, and the incomplete message before it. Messages are slices of that, so
/// who wants to keep one makes a copy.
struct MessageFramer {
  /// A header says that the message is shorter than a header: nothing after it can be trusted.
  struct BadLength: Error {
    let length: UInt16
  }

  private var bytes: [UInt8] = []
  /// Where the next message begins.
  private var position = 0

  mutating func feed(_ buffer: ByteBuffer) {
    var buffer = buffer
    let new = buffer.readBytes(length: buffer.readableBytes) ?? []
    bytes = position == bytes.count ? new : bytes[position...] + new
    position = 0
  }

  /// The next whole message, nil when there is none yet.
  mutating func next() throws(BadLength) -> ArraySlice<UInt8>? {
    guard let message = try peek() else { return nil }
    advance(behind: message)
    return message
  }

  /// The same, but it stays the next.
  @inline(__always)
  func peek() throws(BadLength) -> ArraySlice<UInt8>? {
    let left = bytes.count - position
    guard left >= MessageHeader.byteCount else { return nil }
    let length = Int(bytes[position + 2]) << 8 | Int(bytes[position + 3])
    guard length >= MessageHeader.byteCount else { throw BadLength(length: UInt16(length)) }
    return length <= left ? bytes[position..<position + length] : nil
  }

  /// Goes on behind a message that `peek` gave.
  @inline(__always)
  mutating func advance(behind message: ArraySlice<UInt8>) { position = message.endIndex }
}
