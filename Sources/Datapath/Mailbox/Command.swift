import Fields

/// What control asks of a worker: whole cache lines of plain data. Pointers stay valid until the
/// worker has processed the command (control frees them by ticket, see `Graveyard`).
struct Command {
  enum Kind: UInt32 {
    /// Nothing: a barrier.
    case barrier
    /// `port` is new: `workerPort`; `count` 1 when this worker waits for its descriptor.
    case attach
    /// Lets go of `port`.
    case detach
    /// `memory` is a `PollList`: the queues to poll from now on.
    case poll
    /// `memory` is `WorkerSettings`: to be copied.
    case configure
    /// `memory` is the worker's `RoundMetrics`: to start from zero.
    case clearMetrics
    /// Installs the flow of `record` with `program`, sends what waits for `key`.
    case install
    /// Sends what waits for `key` with `program`, installs nothing.
    case release
    /// Drops what waits for `key`.
    case discard
    /// Gives the flow of `record` the actions `program`.
    case change
    /// Removes the flow of `record`.
    case remove
    /// Runs `program` on `packet`.
    case execute
    /// Removes everything and ends the thread.
    case stop
  }

  var kind: Kind
  var port: PortNumber = 0
  var count: UInt32 = 0
  var record: UnsafeMutablePointer<FlowRecord>?
  var program: UnsafePointer<UInt32>?
  var workerPort: WorkerPortPointer?
  var packet: OpaquePointer?
  var memory: UnsafeMutableRawPointer?
  /// Whether the packets wait under `deep` as well.
  var isDeep = false
  /// Whether the answer is for packets that match `deep` under `deepMask` only.
  var hasDeepMask = false
  private var unused = UInt64(0)
  /// In which the miss was asked: the exact key, and the rest of the long one.
  var key = FlowKey()
  var deep = DeepKey()
  var deepMask = DeepKey()

  init(_ kind: Kind) { self.kind = kind }

  /// An answer to a miss.
  init(_ kind: Kind, _ miss: Miss) {
    self.kind = kind
    key = miss.key
    deep = miss.deep
    isDeep = miss.isDeep
  }
}
