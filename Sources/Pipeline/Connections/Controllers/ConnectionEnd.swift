import Glibc
import Runtime

/// How connections come and go is told under this name.
let connectionLog = Log("rconn")
private let tlsLog = Log("stream_ssl")
private let tlsLimit = LogRateLimit(10, 25)

/// Why a connection is no more.
enum ConnectionEnd: Equatable {
  /// We wanted it so.
  case requested
  /// The other side closed it as one does.
  case endOfFile
  case failed(String)
  /// The same, and the log has it already.
  case told(String)

  static let protocolError = ConnectionEnd.failed(errorText(EPROTO))
  static let reset = ConnectionEnd.failed(errorText(ECONNRESET))
  static let timedOut = ConnectionEnd.told(errorText(ETIMEDOUT))

  init(_ error: Error, of connection: String) {
    if let text = describeTLS(error), !isEndOfFile(error) {
      tlsLog.warnRL(tlsLimit, "\(connection): \(text)")
    }
    self = isEndOfFile(error) ? .endOfFile : .failed(describe(error))
  }

  /// As the Controller table shows it.
  var lastError: String? {
    switch self {
    case .requested: nil
    case .endOfFile: "End of file"
    case .failed(let text), .told(let text): text
    }
  }
}
