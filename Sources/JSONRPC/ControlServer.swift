import NIOCore
import NIOPosix
import Runtime

private let log = Log("unixctl")
private let received = Coverage.counter("unixctl_received")
private let replied = Coverage.counter("unixctl_replied")

/// The control socket: what `ovs-appctl` talks to.
///
/// Rooms register commands; the server checks the number of arguments and keeps one request at a time
/// per connection, so that answers come in order. Everything runs on the control loop.
public final class ControlServer {
  private let loop: EventLoop
  private var commands: [String: ControlCommand] = [:]
  private var listener: Channel?

  public init(loop: EventLoop) {
    self.loop = loop
    register(
      .answering(name: "list-commands", usage: "", arguments: 0...0) { [unowned self] _ in
        commandList()
      })
    register(
      .answering(name: "version", usage: "", arguments: 0...0) { _ in
        Program.versionLines.map { $0 + "\n" }.joined()
      })
  }

  /// Adds a command; a later one of the same name replaces the earlier.
  public func register(_ command: ControlCommand) { commands[command.name] = command }

  /// Where the socket is for this value of `--unixctl`: relative names are in the run directory, nil
  /// means the name that `ovs-appctl` looks for. Nil if there shall be none.
  public static func socketPath(_ option: String?) -> String? {
    if option == "none" { return nil }
    return Paths.absolute(option ?? "\(Program.name).\(getpid()).ctl", in: Paths.run)
  }

  /// Listens; the future fails with `TextError` in OVS's words.
  public func listen(_ path: String) -> EventLoopFuture<Void> {
    UnixListener.listen(path: path, loop: loop) { [weak self] channel in
      self?.serve(channel) ?? channel.close()
    }.map { self.listener = $0 }.flatMapErrorThrowing { error in
      throw TextError("\(path): could not initialize control socket (\(describe(error)))")
    }
  }

  /// Stops listening; requests under way are still answered.
  public func close() { listener?.close(promise: nil) }

  private func serve(_ channel: Channel) -> EventLoopFuture<Void> {
    let connection = JSONRPCConnection(name: "unix")
    let queue = RequestQueue { [weak self] message, done in self?.handle(message, done) }
    // Who asked may be gone before the answer comes.
    connection.onMessage = { [weak connection] message in
      queue.add(message) { connection?.send($0) }
    }
    return connection.attach(to: channel)
  }

  private func handle(_ message: JSONRPCMessage, _ done: @escaping (JSONRPCMessage) -> Void) {
    guard case .request(let method, let params, let id) = message else { return }
    received.hit()
    let answer: (JSONRPCMessage) -> Void = { message in
      replied.hit()
      done(message)
    }
    log.dbg("received request \(method)\(JSON.array(params).text), id=\(id.text)")
    let arguments = params.compactMap(\.string)
    let request = ControlRequest(arguments: arguments, id: id, loop: loop, answer: answer)
    do {
      try lookUp(method, params).run(request)
    } catch {
      request.fail("\(error)")
    }
  }

  private func lookUp(_ method: String, _ params: [JSON]) throws -> ControlCommand {
    guard let command = commands[method] else {
      throw TextError(
        "\"\(method)\" is not a valid command "
          + "(use \"list-commands\" to see a list of valid commands)")
    }
    if params.count < command.arguments.lowerBound {
      let least = command.arguments.lowerBound
      throw TextError("\"\(method)\" command requires at least \(least) arguments")
    }
    if params.count > command.arguments.upperBound {
      let most = command.arguments.upperBound
      throw TextError("\"\(method)\" command takes at most \(most) arguments")
    }
    guard params.allSatisfy({ $0.string != nil }) else {
      throw TextError("\"\(method)\" command has non-string argument")
    }
    return command
  }

  private func commandList() -> String {
    let lines = commands.values.sorted { $0.name < $1.name }.map { command in
      "  \(command.name.padded(23)) \(command.usage)\n"
    }
    return "The available commands are:\n" + lines.joined()
  }
}

/// Requests of one connection, worked off one at a time. Control loop only.
private final class RequestQueue {
  typealias Handler = (JSONRPCMessage, _ done: @escaping (JSONRPCMessage) -> Void) -> Void

  private let handler: Handler
  private var waiting: [(JSONRPCMessage, (JSONRPCMessage) -> Void)] = []
  private var busy = false

  init(_ handler: @escaping Handler) { self.handler = handler }

  func add(_ message: JSONRPCMessage, answer: @escaping (JSONRPCMessage) -> Void) {
    guard case .request = message else { return }
    waiting.append((message, answer))
    run()
  }

  private func run() {
    while !busy, !waiting.isEmpty {
      busy = true
      let (message, answer) = waiting.removeFirst()
      handler(message) { reply in
        answer(reply)
        self.busy = false
        self.run()
      }
    }
  }
}
