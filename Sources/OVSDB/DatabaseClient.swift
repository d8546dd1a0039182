import JSONRPC
import NIOCore
import Runtime

private let log = Log("ovsdb_idl")
private let reconnectLog = Log("reconnect")

/// Keeps a replica of one database and writes to it.
///
/// It connects to one of its remotes, reads the schema, monitors the tables it was told to, and takes
/// the lock that says who is the switch of this database. When the connection goes, it tries the
/// remotes in turn, without end; what was known stays readable meanwhile, and a server that still has
/// the history sends only what changed (`monitor_cond_since`). Older servers are asked in the older
/// ways. One transaction is in flight at a time; those that come meanwhile are merged.
///
/// Threads: everything on the control loop.
public final class DatabaseClient {
  /// After one batch of updates that changed something.
  public var onChange: ((Database) -> Void)?
  /// The lock is held by another process (true), or no longer (false).
  public var onLockContended: ((Bool) -> Void)?

  public private(set) var database = Database()
  public var schemaVersion: String { schema?.version ?? "" }
  public private(set) var hasLock = false
  /// Whether the replica follows the server now.
  public private(set) var isMonitoring = false

  private let remotes: [String]
  private let name: String
  private let tables: [String: [String]]
  private let lock: String
  private let loop: EventLoop
  private let clock: Clock
  private let connect: (String) -> EventLoopFuture<Channel>

  private var nextRemote = 0
  private var backoff: [String: Backoff] = [:]
  private var connection: JSONRPCConnection?
  private var currentRemote = ""
  private var stopped = false
  private var reportedFailure = false

  private var schema: Schema?
  private var lastTransaction = DatabaseClient.noTransaction
  private var changed = false
  private var nextID: Int64 = 1
  private var replies: [Int64: (Result<JSON, TextError>) -> Void] = [:]

  private var inFlight: [(Transaction.Outcome) -> Void] = []
  private var isCommitting = false
  private var queued: (transaction: Transaction, done: [(Transaction.Outcome) -> Void])?

  private static let noTransaction = "00000000-0000-0000-0000-000000000000"
  /// Milliseconds of silence after which a remote server is asked whether it lives.
  private static let probeInterval: Int64 = 5000

  /// - Parameters:
  ///   - remotes: `unix:PATH`, `tcp:HOST:PORT`, `ssl:HOST:PORT`.
  ///   - tables: the columns to monitor, by table.
  ///   - connect: opens a channel to a remote.
  public init(
    remotes: [String], database: String, tables: [String: [String]], lock: String, loop: EventLoop,
    clock: Clock = .shared, connect: @escaping (String) -> EventLoopFuture<Channel>
  ) {
    self.remotes = remotes
    name = database
    self.tables = tables
    self.lock = lock
    self.loop = loop
    self.clock = clock
    self.connect = connect
  }

  public func start() {
    attempt()
    clock.scheduleRepeatedly(every: Self.probeInterval) { [weak self] in self?.probe() }
  }

  public func stop() {
    stopped = true
    connection?.close()
  }

  // MARK: Connecting

  private func attempt() {
    guard !stopped, !remotes.isEmpty else { return }
    let remote = remotes[nextRemote % remotes.count]
    nextRemote += 1
    let wait = backoff[remote, default: Backoff(remote: remote)].take()
    // Connections are about the real world: they are not held up when simulated time stands still.
    loop.scheduleTask(in: .milliseconds(wait)) { self.open(remote) }
  }

  private func open(_ remote: String) {
    guard !stopped else { return }
    if !reportedFailure { reconnectLog.info("\(remote): connecting...") }
    connect(remote).hop(to: loop).whenComplete { result in
      switch result {
      case .success(let channel): self.begin(channel, remote)
      case .failure(let error):
        if !self.reportedFailure {
          reconnectLog.info("\(remote): connection attempt failed (\(describe(error)))")
          self.reportedFailure = true
        }
        self.attempt()
      }
    }
  }

  private func begin(_ channel: Channel, _ remote: String) {
    let connection = JSONRPCConnection(name: remote)
    self.connection = connection
    currentRemote = remote
    reportedFailure = false
    connection.onMessage = { [unowned self] in handle($0) }
    connection.onBatchEnd = { [unowned self] in finishBatch() }
    connection.onClose = { [unowned self] in ended($0) }
    connection.attach(to: channel).whenComplete { result in
      guard case .success = result else { return self.ended("connection lost") }
      reconnectLog.info("\(remote): connected")
      self.backoff[remote, default: Backoff(remote: remote)].succeed()
      self.askForSchema()
    }
  }

  private func ended(_ reason: String?) {
    guard connection != nil else { return }
    let why = reason.map { "connection dropped (\($0))" } ?? "connection closed by peer"
    reconnectLog.info("\(currentRemote): \(why)")
    connection = nil
    isMonitoring = false
    hasLock = false
    replies = [:]
    finishCommit(.notDone)
    attempt()
  }

  private func probe() {
    guard let connection, !currentRemote.hasPrefix("unix:") else { return }
    guard !connection.takeReceivedMark() else { return }
    if replies[0] != nil {
      reconnectLog.err(
        "\(currentRemote): no response to inactivity probe after "
          + "\(Self.probeInterval / 1000) seconds, disconnecting")
      return connection.close()
    }
    replies[0] = { _ in }
    connection.send(.request(method: "echo", params: [], id: 0))
  }

  // MARK: Messages

  private func request(
    _ method: String, _ params: [JSON], _ done: @escaping (Result<JSON, TextError>) -> Void
  ) {
    let id = nextID
    nextID += 1
    replies[id] = done
    connection?.send(.request(method: method, params: params, id: .integer(id)))
  }

  private func handle(_ message: JSONRPCMessage) {
    switch message {
    case .request(method: "echo", let params, let id):
      connection?.send(.reply(result: .array(params), id: id))
    case .request(let method, _, let id):
      connection?.send(.error(error: .string("unknown method \(method)"), id: id))
    case .reply(let result, let id): answer(id, .success(result))
    case .error(let error, let id):
      answer(id, .failure(TextError(error["error"]?.string ?? error.string ?? error.text)))
    case .notification(let method, let params): notice(method, params)
    }
  }

  private func answer(_ id: JSON, _ result: Result<JSON, TextError>) {
    guard let number = id.integer, let done = replies.removeValue(forKey: number) else { return }
    done(result)
  }

  private func notice(_ method: String, _ params: [JSON]) {
    switch method {
    case "update3" where params.count == 3:
      lastTransaction = params[1].string ?? Self.noTransaction
      take(params[2])
    case "update2" where params.count == 2, "update" where params.count == 2: take(params[1])
    case "locked": gotLock(true)
    case "stolen": gotLock(false)
    default: log.dbg("\(currentRemote): ignoring notification \(method)")
    }
  }

  private func take(_ updates: JSON) {
    guard let schema else { return }
    if database.apply(updates, schema) { changed = true }
  }

  private func finishBatch() {
    guard changed, isMonitoring, hasLock else { return }
    changed = false
    onChange?(database)
  }

  // MARK: Schema, monitor, lock

  private func askForSchema() {
    request("get_schema", [.string(name)]) { result in
      guard case .success(let json) = result, let schema = Schema(json) else {
        return self.giveUp("server has no database \(self.name)", result)
      }
      if schema != self.schema { self.lastTransaction = Self.noTransaction }
      self.schema = schema
      self.monitor(.since)
      self.request("lock", [.string(self.lock)]) { result in
        guard case .success(let json) = result else { return }
        self.gotLock(json["locked"]?.bool ?? false)
        self.finishBatch()
      }
    }
  }

  private enum MonitorKind: String {
    case since = "monitor_cond_since"
    case conditional = "monitor_cond"
    case plain = "monitor"

    var older: MonitorKind? { self == .since ? .conditional : self == .conditional ? .plain : nil }
  }

  /// Only the columns that the server has, since it refuses a request for others.
  private func monitorRequests(_ schema: Schema, _ kind: MonitorKind) -> JSON {
    var requests: [String: JSON] = [:]
    for (table, columns) in tables {
      guard let known = schema.tables[table] else {
        log.warn("\(name) database lacks table \(table)")
        continue
      }
      let columns = columns.filter { known[$0] != nil }.map(JSON.string)
      let request: JSON = ["columns": .array(columns)]
      requests[table] = kind == .plain ? request : .array([request])
    }
    return .object(requests)
  }

  private func monitor(_ kind: MonitorKind) {
    guard let schema else { return }
    var params: [JSON] = [.string(name), .string("\(name)-1"), monitorRequests(schema, kind)]
    if kind == .since { params.append(.string(lastTransaction)) }
    request(kind.rawValue, params) { result in
      switch result {
      case .failure(let error):
        guard let older = kind.older else { return self.giveUp("monitor refused: \(error)", result) }
        self.monitor(older)
      case .success(let reply): self.start(kind, reply, schema)
      }
    }
  }

  /// Takes the first state. The rows we had are only kept when the server continues from them.
  private func start(_ kind: MonitorKind, _ reply: JSON, _ schema: Schema) {
    var fresh = database
    var updates = reply
    var continues = false
    if kind == .since {
      guard let parts = reply.array, parts.count == 3 else {
        return giveUp("malformed \(kind.rawValue) reply", .success(reply))
      }
      continues = parts[0].bool ?? false
      lastTransaction = parts[1].string ?? Self.noTransaction
      updates = parts[2]
    }
    if !continues { fresh = Database() }
    let differs = fresh.apply(updates, schema)
    changed = changed || differs || !continues
    database = fresh
    isMonitoring = true
    finishBatch()
  }

  private func gotLock(_ held: Bool) {
    let contended = !held
    if held != hasLock { changed = changed || held }
    hasLock = held
    onLockContended?(contended)
    finishBatch()
  }

  private func giveUp(_ why: String, _ result: Result<JSON, TextError>) {
    var detail = ""
    if case .failure(let error) = result { detail = " (\(error))" }
    log.warn("\(currentRemote): \(why)\(detail)")
    connection?.close()
  }

  // MARK: Transactions

  /// Sends what `transaction` changes. `completion` is called on the control loop. While another
  /// transaction is in flight, or none can be sent now, this one waits and is merged with others.
  public func commit(
    _ transaction: Transaction, completion: @escaping (Transaction.Outcome) -> Void = { _ in }
  ) {
    if var waiting = queued {
      waiting.transaction.merge(transaction)
      waiting.done.append(completion)
      queued = waiting
    } else {
      queued = (transaction, [completion])
    }
    sendQueued()
  }

  private func sendQueued() {
    guard !isCommitting, isMonitoring, hasLock, let schema, let next = queued else { return }
    queued = nil
    let operations = next.transaction.operations(against: database, schema)
    guard !operations.isEmpty else {
      next.done.forEach { $0(.unchanged) }
      return
    }
    isCommitting = true
    inFlight = next.done
    let assertLock: JSON = ["op": "assert", "lock": .string(lock)]
    request("transact", [.string(name), assertLock] + operations) { result in
      self.finishCommit(Self.outcome(result))
    }
  }

  /// A transaction failed if any of its operations did (RFC 7047, section 4.1.3).
  private static func outcome(_ result: Result<JSON, TextError>) -> Transaction.Outcome {
    switch result {
    case .failure(let error): return .failed(error.text)
    case .success(let json):
      for reply in json.array ?? [] {
        guard let error = reply["error"]?.string else { continue }
        return .failed(error + (reply["details"]?.string).map { ": \($0)" }.orEmpty)
      }
      return .success
    }
  }

  private func finishCommit(_ outcome: Transaction.Outcome) {
    if case .failed(let why) = outcome { log.warnRL(refusals, "transaction error: \(why)") }
    let done = inFlight
    inFlight = []
    isCommitting = false
    done.forEach { $0(outcome) }
    sendQueued()
  }
}

private let refusals = LogRateLimit(1, 5)

extension Optional where Wrapped == String {
  fileprivate var orEmpty: String { self ?? "" }
}
