import Glibc
import Runtime

/// The other end of the control socket, for programs that ask and wait. Blocking; one thread.
public struct ControlClient {
  private let path: String

  /// The daemon that runs in the run directory (`OVS_RUNDIR`). Throws `TextError` when none does.
  public init() throws {
    let pidfile = Paths.absolute("\(Program.name).pid", in: Paths.run)
    guard let pid = Pidfile.owner(of: pidfile) else {
      throw TextError(
        "no \(Program.name) runs in \(Paths.run): start it, or set OVS_RUNDIR to its run directory")
    }
    path = Paths.absolute("\(Program.name).\(pid).ctl", in: Paths.run)
  }

  /// Whoever answers JSON-RPC at this socket, as `ovsdb-server` does too.
  public init(socket path: String) { self.path = path }

  /// Runs a command and returns its text. Throws `TextError` with the daemon's words if it refuses.
  public func call(_ command: String, _ arguments: [String] = []) throws -> String {
    let result = try request(command, arguments.map(JSON.string))
    return result.string ?? result.text
  }

  /// Calls a method and returns the result. Throws `TextError` if it is refused.
  public func request(_ method: String, _ params: [JSON]) throws -> JSON {
    guard let socket = UnixSocket.connect(path) else {
      throw TextError("\(path): cannot connect (\(errorText()))")
    }
    defer { close(socket) }
    let request = JSONRPCMessage.request(method: method, params: params, id: 0)
    try send(request.json.bytes, to: socket)
    switch try reply(from: socket) {
    case .reply(let result, _): return result
    case .error(let error, _): throw TextError(error.string ?? error.text)
    default: throw TextError("\(path): the answer is no reply")
    }
  }

  private func send(_ bytes: [UInt8], to socket: Int32) throws {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { write(socket, $0.baseAddress, $0.count) }
      guard count > 0 else { throw TextError("\(path): cannot send (\(errorText()))") }
      sent += count
    }
  }

  private func reply(from socket: Int32) throws -> JSONRPCMessage {
    var stream = JSONStream()
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(socket, &buffer, buffer.count)
      guard count > 0 else { throw TextError("\(path): the daemon closed the connection") }
      if let json = try stream.feed(buffer[..<count]).first { return try JSONRPCMessage(json) }
    }
  }
}
