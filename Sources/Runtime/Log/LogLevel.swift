import Glibc

/// How much a message matters. A destination takes every message up to its level.
public enum LogLevel: UInt8, CaseIterable, Sendable {
  case off, emer, err, warn, info, dbg

  public var name: String { Self.names[Int(rawValue)] }

  public init?(name: String) {
    guard let index = Self.names.firstIndex(where: name.equalsIgnoringCase) else { return nil }
    self = Self.allCases[index]
  }

  private static let names = ["OFF", "EMER", "ERR", "WARN", "INFO", "DBG"]

  /// The same thing in syslog's words.
  var syslogPriority: Int32 {
    switch self {
    case .off, .emer: LOG_ALERT
    case .err: LOG_ERR
    case .warn: LOG_WARNING
    case .info: LOG_NOTICE
    case .dbg: LOG_DEBUG
    }
  }
}

/// Where messages go.
public enum LogDestination: Int, CaseIterable, Sendable {
  case syslog, console, file

  public var name: String { ["SYSLOG", "CONSOLE", "FILE"][rawValue] }

  public init?(name: String) {
    guard let match = Self.allCases.first(where: { $0.name.equalsIgnoringCase(name) }) else {
      return nil
    }
    self = match
  }

  var defaultPattern: String {
    switch self {
    case .syslog: "ovs|%05N|%c%T|%p|%m"
    case .console: "%D{%Y-%m-%dT%H:%M:%SZ}|%05N|%c%T|%p|%m"
    case .file: "%D{%Y-%m-%dT%H:%M:%S.###Z}|%05N|%c%T|%p|%m"
    }
  }
}
