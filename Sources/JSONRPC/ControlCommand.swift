import NIOCore

/// One command of the control socket: what `ovs-appctl NAME ARGUMENTS...` runs.
public struct ControlCommand {
  public let name: String
  /// Arguments as `list-commands` shows them.
  public let usage: String
  /// How many arguments it takes.
  public let arguments: ClosedRange<Int>
  /// Called on the control loop. Must answer the request, now or later, exactly once.
  public let run: (ControlRequest) -> Void

  public init(
    name: String, usage: String, arguments: ClosedRange<Int>,
    run: @escaping (ControlRequest) -> Void
  ) {
    self.name = name
    self.usage = usage
    self.arguments = arguments
    self.run = run
  }

  /// A command that answers at once: with the text it returns, or with the error it throws.
  public static func answering(
    name: String, usage: String, arguments: ClosedRange<Int>,
    _ answer: @escaping ([String]) throws -> String
  ) -> ControlCommand {
    ControlCommand(name: name, usage: usage, arguments: arguments) { request in
      do {
        request.reply(try answer(request.arguments))
      } catch {
        request.fail("\(error)")
      }
    }
  }
}

/// A command being run, and the way to answer it. Answers may come from any thread; all after the
/// first are ignored.
public final class ControlRequest {
  public let arguments: [String]
  private let loop: EventLoop
  private var answer: ((JSONRPCMessage) -> Void)?
  private let id: JSON

  init(arguments: [String], id: JSON, loop: EventLoop, answer: @escaping (JSONRPCMessage) -> Void) {
    self.arguments = arguments
    self.id = id
    self.loop = loop
    self.answer = answer
  }

  /// Success. ovs-appctl prints the text; a missing newline at its end is added.
  public func reply(_ text: String = "") { finish(.reply(result: .string(line(text)), id: id)) }

  /// Failure: ovs-appctl prints the text on stderr and exits with status 2.
  public func fail(_ text: String) { finish(.error(error: .string(line(text)), id: id)) }

  private func line(_ text: String) -> String {
    text.isEmpty || text.utf8.last == UInt8(ascii: "\n") ? text : text + "\n"
  }

  private func finish(_ message: JSONRPCMessage) {
    guard loop.inEventLoop else { return loop.execute { self.finish(message) } }
    answer?(message)
    answer = nil
  }
}
