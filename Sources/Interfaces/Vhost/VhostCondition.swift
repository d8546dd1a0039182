import Glibc
import Runtime

/// How a vhost-user port is, in the words that its row shows. Pure.
enum VhostCondition: Equatable {
  case noPath
  /// A client's path: no file there, a file that is no socket, a socket that nobody has any more, or
  /// what else errno says.
  case noSocket, notASocket, abandoned
  case unreachable(String)
  /// Somebody put another file in the place of a server's socket: no guest finds us.
  case replaced
  /// A server without a guest; a connection whose guest runs no driver.
  case noGuest, noDriver
  /// A driver runs, and has turned its queues off.
  case noQueues
  case running

  init(probe error: Int32) {
    switch error {
    case ENOENT: self = .noSocket
    case ENOTSOCK: self = .notASocket
    case ECONNREFUSED: self = .abandoned
    default: self = .unreachable(errorText(error))
    }
  }

  /// Why the port is not up; nil when it is.
  func reason(path: String) -> String? {
    switch self {
    case .noPath: "options:vhost-server-path is not set"
    case .noSocket: "waiting for the hypervisor to make the socket \(path)"
    case .notASocket: "\(path) is not a socket"
    case .abandoned: "nobody listens on \(path) any more: waiting for the hypervisor"
    case .unreachable(let why): "socket \(path) cannot be opened: \(why)"
    case .replaced: "another file has taken the place of socket \(path)"
    case .noGuest: "waiting for a guest to connect to \(path)"
    case .noDriver: "connected, waiting for the guest's driver"
    case .noQueues: "the guest's driver has turned off all queues"
    case .running: nil
    }
  }

  /// Whether somebody has to do something before it can come up: text for the column `error`.
  var isTrouble: Bool {
    switch self {
    case .notASocket, .unreachable, .replaced: true
    default: false
    }
  }
}
