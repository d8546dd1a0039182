import NIOCore
import NIOPosix

/// What went wrong with a connection, in the C library's words if it was the system's error.
public func describe(_ error: Error) -> String {
  switch error {
  case let error as IOError: return errorText(error.errnoCode)
  case let error as NIOConnectionError:
    if let first = error.connectionErrors.first { return describe(first.error) }
    return "\(error.host): name resolution failed"
  case let error as ChannelError:
    if case .connectTimeout = error { return "Connection timed out" }
    return "\(error)"
  default: return "\(error)"
  }
}
