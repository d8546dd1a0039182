import JSONRPC
import Runtime

/// Requests and answers on one connection to the server. Control loop only.
///
/// Knows JSON-RPC, not the database: who asked gets the answer, the server's own `echo` is answered,
/// and silence is probed.
final class OVSDBSession {
  enum Answer {
    case result(JSON)
    case error(JSON)
  }

  private let connection: JSONRPCConnection
  private var waiting: [Int64: (Answer) -> Void] = [:]
  private var lastID: Int64 = 0
  private var probing = false

  /// What the server tells unasked.
  var onNotification: ((_ method: String, _ params: [JSON]) -> Void)?

  init(_ connection: JSONRPCConnection) {
    self.connection = connection
    connection.onMessage = { [weak self] in self?.receive($0) }
  }

  func request(_ method: String, _ params: [JSON], _ answer: @escaping (Answer) -> Void) {
    lastID += 1
    waiting[lastID] = answer
    connection.send(.request(method: method, params: params, id: .integer(lastID)))
  }

  /// Called once per probe interval. False if the last probe was not answered in time.
  func probe() -> Bool {
    if connection.takeReceivedMark() {
      probing = false
      return true
    }
    if probing { return false }
    probing = true
    connection.send(.request(method: "echo", params: [], id: "echo"))
    return true
  }

  func close() { connection.close() }

  private func receive(_ message: JSONRPCMessage) {
    switch message {
    case .request(let method, let params, let id):
      connection.send(
        method == "echo"
          ? .reply(result: .array(params), id: id)
          : .error(error: ["error": "unknown method"], id: id))
    case .notification(let method, let params): onNotification?(method, params)
    case .reply(let result, let id): answer(id, .result(result))
    case .error(let error, let id): answer(id, .error(error))
    }
  }

  private func answer(_ id: JSON, _ answer: Answer) {
    guard let number = id.integer, let handler = waiting.removeValue(forKey: number) else { return }
    handler(answer)
  }
}
