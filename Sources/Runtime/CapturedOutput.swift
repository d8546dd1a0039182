import Glibc

/// A nameless file that takes a child's output (a pipe would need a reader while the child runs).
public final class CapturedOutput {
  public let descriptor: Int32

  public init() throws {
    var name = Array("/tmp/patchbay.XXXXXX".utf8CString)
    descriptor = mkstemp(&name)
    guard descriptor >= 0 else { throw TextError("temporary file: \(errorText())") }
    unlink(name)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  deinit { close(descriptor) }

  /// What was written so far.
  public var text: String {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = pread(descriptor, &chunk, chunk.count, off_t(bytes.count)), count > 0 {
      bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
