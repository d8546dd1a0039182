import Glibc
import NIOCore
import NIOPosix
import NIOSSL

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
  case is NIOSSLError, is BoringSSLError: return errorText(EPROTO)
  default: return "\(error)"
  }
}

/// Whether an error says no more than that the other side has closed the connection.
public func isEndOfFile(_ error: Error) -> Bool {
  switch error {
  case ChannelError.eof, NIOSSLError.uncleanShutdown: true
  default: false
  }
}

/// What TLS has against a connection, for the log; nil if the error is not TLS's.
public func describeTLS(_ error: Error) -> String? {
  switch error {
  case let error as NIOSSLError: "\(error)"
  case let error as BoringSSLError: "\(error)"
  default: nil
  }
}
