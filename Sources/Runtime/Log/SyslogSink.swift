import Glibc

/// The syslog destination: libc's syslog(), a datagram socket that takes `<priority>text`, or nothing
/// (`--syslog-method`), and besides that an RFC 5424 copy to a UDP target (`--syslog-target`).
///
/// Owned by `LogCenter`'s lock.
struct SyslogSink {
  private enum Method {
    case libc
    case datagrams(Int32)
    case null
  }

  private var method: Method?
  private var target: Int32?

  /// The name that libc prints before messages; syslog() keeps the pointer, so it is never freed.
  private nonisolated(unsafe) static var identity: UnsafeMutablePointer<CChar>?

  /// What `vlog/list-pattern` shows as the text that comes before the pattern.
  var prefix: String {
    switch method {
    case nil, .libc: "<%B> %D{%h %e %T} %E %A:"
    case .datagrams: "<%B>"
    case .null: ""
    }
  }

  /// Sets the method; only the first call counts, as in OVS.
  mutating func setMethod(_ name: String) throws {
    guard method == nil else { return }
    if name == "libc" {
      method = .libc
    } else if name == "null" {
      method = .null
    } else if name.hasPrefix("unix:") {
      method = .datagrams(UnixSocket.connect(String(name.dropFirst(5)), datagrams: true) ?? -1)
    } else if name.hasPrefix("udp:") {
      method = .datagrams(connectUDP(String(name.dropFirst(4)), defaultPort: 514))
    } else {
      throw TextError("unsupported syslog method '\(name)'")
    }
  }

  mutating func setTarget(_ address: String) {
    if let target { close(target) }
    target = connectUDP(address, defaultPort: nil)
  }

  mutating func write(_ text: String, _ record: LogRecord) {
    if method == nil { choose() }
    let facility = record.facility == 0 ? Int32(LOG_DAEMON) : record.facility
    let priority = facility | record.level.syslogPriority
    for line in text.split(separator: "\n") {
      switch method {
      case .libc: writeLibc(String(line), priority)
      case .datagrams(let socket): send("<\(priority)>\(line)", socket)
      case .null, nil: break
      }
    }
    guard let target else { return }
    let pattern = "<%B>1 %D{%Y-%m-%dT%H:%M:%S.###Z} %E %A %P %c - \u{feff}%m"
    send(formatLogLine(pattern, record), target)
  }

  private mutating func choose() {
    let wish = getenv("OVS_SYSLOG_METHOD").map { String(cString: $0) } ?? ""
    if !wish.isEmpty { try? setMethod(wish) }
    if method == nil { method = .libc }
  }

  private func writeLibc(_ line: String, _ priority: Int32) {
    if Self.identity == nil {
      Self.identity = strdup(Program.name)
      openlog(Self.identity, LOG_NDELAY, Int32(LOG_DAEMON))
    }
    line.withCString { text in withVaList([text]) { vsyslog(priority, "%s", $0) } }
  }

  private func send(_ text: String, _ socket: Int32) {
    var text = text
    text.withUTF8 { _ = Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT)) }
  }
}

/// A datagram socket connected to HOST:PORT, or -1 (messages are then lost, never the daemon).
private func connectUDP(_ text: String, defaultPort: UInt16?) -> Int32 {
  guard let endpoint = HostPort(text, defaultPort: defaultPort) else { return -1 }
  var hints = addrinfo()
  hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
  hints.ai_flags = AI_NUMERICSERV
  var found: UnsafeMutablePointer<addrinfo>?
  guard getaddrinfo(endpoint.host, String(endpoint.port), &hints, &found) == 0, let found else {
    return -1
  }
  defer { freeaddrinfo(found) }
  let info = found.pointee
  let socket = Glibc.socket(info.ai_family, info.ai_socktype | O_CLOEXEC, info.ai_protocol)
  _ = connect(socket, info.ai_addr, info.ai_addrlen)
  return socket
}
