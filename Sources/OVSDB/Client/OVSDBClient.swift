import JSONRPC
import NIOCore
import Runtime

/// The connection to the configuration database, and our copy of what is in it.
///
/// The client keeps itself connected to one of its remotes. On each connection it asks for the schema,
/// for the lock that says which daemon may act, and for a *monitor*: the server sends all rows once and
/// then every change. It remembers the last transaction it has seen, so that a server that remembers
/// too only sends what was missed; else everything comes anew and is compared with what we had.
/// `onChange` is called only if there is a difference that somebody has to act on.
///
/// Writing goes through `commit`: one transaction at a time, each sent as the difference to the copy.
/// The server tells us of our own changes before it answers, so after the answer the copy has them.
///
/// Everything happens on the control loop, including the callbacks. Retrying and probing use real
/// time even when the switch's clock is stopped: they concern our peer, not the network.
public final class OVSDBClient {
  public struct Configuration {
    /// Connection methods, e.g. `unix:/run/openvswitch/db.sock`; tried in turn.
    public var remotes: [String]
    public var databaseName = "Open_vSwitch"
    public var interest = Interest.openVSwitch
    /// The lock to hold while writing; nil for none.
    public var lock: String? = "ovs_vswitchd"
    public var tls = TLSSettings()
    /// Silence over a network after which the server is probed; twice that, and it is given up.
    public var probeInterval = TimeAmount.seconds(5)

    public init(remotes: [String]) { self.remotes = remotes }
  }

  public enum Lock: Sendable { case unknown, held, elsewhere }

  public struct State: Equatable, Sendable {
    /// Whether the copy is up to date and being kept so.
    public var isConnected = false
    public var lock = Lock.unknown
  }

  public private(set) var database = Database()
  public private(set) var schema = Schema()
  public private(set) var state = State() {
    didSet { if state != oldValue { onConnectionState?(state) } }
  }

  /// With the new state, after each batch of updates that asks for action, and once after the first
  /// contact.
  public var onChange: ((Database) -> Void)?
  public var onConnectionState: ((State) -> Void)?

  public var configuration: Configuration
  let loop: EventLoop
  var connector: Connector?
  var session: OVSDBSession?
  private var format = UpdateFormat.difference
  private var interest = Interest([:])
  private var lastTransaction: String?
  private var mustReport = false
  private var everReported = false
  private var reportedMissing: [String] = []
  private var queue = TransactionQueue()
  private var inFlight: TransactionQueue.Entry?

  public init(_ configuration: Configuration, loop: EventLoop) {
    self.configuration = configuration
    self.loop = loop
  }

  /// Starts connecting, and stays connected until `stop`.
  public func start() {
    let connector = Connector(self)
    self.connector = connector
    connector.start()
  }

  public func stop() {
    connector?.stop()
    connector = nil
    end()
  }

  // MARK: Writing

  /// Sends a transaction as soon as the server is there, we hold the lock, and earlier ones are done.
  public func commit(
    _ transaction: Transaction, _ completion: @escaping (Transaction.Outcome) -> Void = { _ in }
  ) {
    queue.add(transaction, completion)
    sendNext()
  }

  private func sendNext() {
    while inFlight == nil, let session, state.isConnected {
      if configuration.lock != nil, state.lock == .unknown { return }
      guard let entry = queue.next() else { return }
      guard configuration.lock == nil || state.lock == .held else {
        entry.answer(.notLocked)
        continue
      }
      let operations = entry.transaction.encoded(for: database, schema)
      if operations.isEmpty {
        entry.answer(.unchanged)
        continue
      }
      inFlight = entry
      let lock = configuration.lock.map { [["op": "assert", "lock": .string($0)] as JSON] } ?? []
      let params = [.string(configuration.databaseName)] + lock + operations
      session.request("transact", params) { [weak self] in self?.finish($0) }
    }
  }

  private func finish(_ answer: OVSDBSession.Answer) {
    switch answer {
    case .result(let results): complete(Transaction.outcome(of: results))
    case .error(let error): complete(.error(error.text))
    }
    sendNext()
  }

  private func complete(_ outcome: Transaction.Outcome) {
    let entry = inFlight
    inFlight = nil
    if case .error(let text) = outcome {
      log.warnRL(badTransactions, "transaction error: \(text)")
    }
    entry?.answer(outcome)
  }

  // MARK: A connection begins and ends (called by Connector)

  func begin(_ session: OVSDBSession) {
    self.session = session
    session.onNotification = { [weak self] method, params in self?.notified(method, params) }
    if let lock = configuration.lock {
      session.request("lock", [.string(lock)]) { [weak self] answer in
        guard case .result(let result) = answer else { return }
        self?.state.lock = result["locked"] == true ? .held : .elsewhere
        self?.sendNext()
      }
    }
    session.request("get_schema", [.string(configuration.databaseName)]) { [weak self] answer in
      self?.gotSchema(answer)
    }
  }

  func end() {
    session = nil
    state = State()
    complete(.tryAgain)
  }

  /// All messages that came together have been handled.
  func batchEnded() {
    guard mustReport else { return }
    mustReport = false
    onChange?(database)
  }

  // MARK: Reading

  private func gotSchema(_ answer: OVSDBSession.Answer) {
    do {
      guard case .result(let json) = answer else {
        throw TextError("server does not have \(configuration.databaseName) database")
      }
      schema = try Schema(json)
      let limited = configuration.interest.limited(to: schema)
      interest = limited.interest
      if limited.missing != reportedMissing {
        for text in limited.missing { log.warn(text) }
      }
      reportedMissing = limited.missing
      monitor(MonitorMethod.all[...])
    } catch {
      giveUp("\(error)")
    }
  }

  /// Asks for all rows and later changes in the best way that the server knows.
  private func monitor(_ methods: ArraySlice<MonitorMethod>) {
    guard let session, let method = methods.first else { return giveUp("server cannot monitor") }
    let params = method.parameters(configuration.databaseName, interest, since: lastTransaction)
    session.request(method.name, params) { [weak self] answer in
      guard let self else { return }
      switch answer {
      case .result(let result): gotRows(method, result)
      case .error(let error) where error == "unknown method" || error["error"] == "unknown method":
        monitor(methods.dropFirst())
      case .error(let error): giveUp("monitor request failed: \(error.text)")
      }
    }
  }

  private func gotRows(_ method: MonitorMethod, _ result: JSON) {
    do {
      let reply = try method.parse(result)
      format = method.format
      var new = reply.isContinuation ? database : Database()
      var alert = try new.apply(reply.updates, format, schema, interest)
      if !reply.isContinuation { alert = interest.isAlert(from: database, to: new) }
      database = new
      lastTransaction = reply.lastTransaction
      mustReport = mustReport || alert || !everReported
      everReported = true
      connector?.proveUseful()
      state.isConnected = true
      sendNext()
    } catch {
      lastTransaction = nil
      giveUp("\(error)")
    }
  }

  private func notified(_ method: String, _ params: [JSON]) {
    switch method {
    case "update" where params.count == 2, "update2" where params.count == 2:
      update(params[1], lastTransaction: nil)
    case "update3" where params.count == 3: update(params[2], lastTransaction: params[1].string)
    case "locked" where isOurLock(params):
      state.lock = .held
      sendNext()
    case "stolen" where isOurLock(params): state.lock = .elsewhere
    case "monitor_canceled": giveUp("monitor canceled by server")
    default: log.dbg("ignoring notification \(method)")
    }
  }

  private func isOurLock(_ params: [JSON]) -> Bool {
    params.first?.string != nil && params.first?.string == configuration.lock
  }

  private func update(_ updates: JSON, lastTransaction id: String?) {
    guard state.isConnected else { return }
    do {
      let alert = try database.apply(updates, format, schema, interest)
      mustReport = mustReport || alert
      lastTransaction = id
    } catch {
      // The copy can no longer be trusted: everything anew.
      lastTransaction = nil
      giveUp("\(error)")
    }
  }

  private func giveUp(_ reason: String) {
    log.warnRL(badServer, "\(reason)")
    session?.close()
  }
}

private let log = Log("ovsdb_idl")
private let badTransactions = LogRateLimit(5, 20)
private let badServer = LogRateLimit(5, 5)
