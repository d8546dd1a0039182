import NIOCore
import OpenFlow

/// Cuts a stream of bytes into OpenFlow messages by the lengths in their headers.
///
/// Holds at most one incomplete message and what came with it in the same read.
struct MessageFramer {
  /// A header says that the message is shorter than a header: nothing after it can be trusted.
  struct BadLength: Error {
    let length: UInt16
  }

  private var buffer = ByteBuffer()

  mutating func feed(_ bytes: ByteBuffer) {
    var bytes = bytes
    if buffer.readableBytes == 0 {
      buffer = bytes
    } else {
      buffer.discardReadBytes()
      buffer.writeBuffer(&bytes)
    }
  }

  /// The next whole message, nil when there is none yet.
  mutating func next() throws(BadLength) -> [UInt8]? {
    guard let length = buffer.getInteger(at: buffer.readerIndex + 2, as: UInt16.self),
      buffer.readableBytes >= MessageHeader.byteCount
    else { return nil }
    guard Int(length) >= MessageHeader.byteCount else { throw BadLength(length: length) }
    return buffer.readBytes(length: Int(length))
  }
}
