import JSONRPC
import NIOCore
import NIOPosix
import Runtime

/// A server that answers as it is told to, right or wrong.
final class FakeServer {
  typealias Script = (_ method: String, _ params: [JSON]) -> Reply

  enum Reply {
    case result(JSON)
    case error(JSON)
    case silence
    case bytes([UInt8])
  }

  private let control = ControlLoop(clock: Clock())
  private var listener: Channel?
  private let methods = Locked<[String]>([])
  private let connections = Locked(0)

  init(_ script: @escaping Script) throws {
    listener = try ServerBootstrap(group: control.loop)
      .childChannelInitializer { [weak self] in
        self?.serve($0, script) ?? $0.eventLoop.makeSucceededVoidFuture()
      }
      .bind(host: "127.0.0.1", port: 0).wait()
  }

  deinit {
    end(control) { [listener] in listener?.close(promise: nil) }
  }

  var remote: String { "tcp:127.0.0.1:\(listener?.localAddress?.port ?? 0)" }
  var seenMethods: [String] { methods.withLock { $0 } }
  var connectionCount: Int { connections.withLock { $0 } }

  private func serve(_ channel: Channel, _ script: @escaping Script) -> EventLoopFuture<Void> {
    connections.withLock { $0 += 1 }
    let connection = JSONRPCConnection(name: "fake")
    connection.onMessage = { [weak self, weak connection] message in
      guard let self, let connection,
        case .request(let method, let params, let id) = message
      else { return }
      methods.withLock { $0.append(method) }
      switch script(method, params) {
      case .result(let result): connection.send(.reply(result: result, id: id))
      case .error(let error): connection.send(.error(error: error, id: id))
      case .silence: break
      case .bytes(let bytes):
        channel.writeAndFlush(channel.allocator.buffer(bytes: bytes), promise: nil)
      }
    }
    return connection.attach(to: channel)
  }
}

/// What a decent server says about a tiny database.
func decentAnswer(_ method: String, _ params: [JSON]) -> FakeServer.Reply {
  let row = "00000000-0000-0000-0000-000000000001"
  switch method {
  case "get_schema":
    return .result([
      "name": "Open_vSwitch", "version": "1.2.3",
      "tables": ["Bridge": ["columns": ["name": ["type": "string"]]]],
    ])
  case "lock": return .result(["locked": true])
  case "monitor": return .result(["Bridge": .object([row: ["new": ["name": "br0"]]])])
  case "monitor_cond": return .result(["Bridge": .object([row: ["initial": ["name": "br0"]]])])
  case "monitor_cond_since":
    return .result([
      false, .string(row), ["Bridge": .object([row: ["initial": ["name": "br0"]]])],
    ])
  default: return .error("unknown method")
  }
}
