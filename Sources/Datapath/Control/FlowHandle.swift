import CDPDKShim
import Fields
import Synchronization

/// A megaflow of one worker, as control code holds it.
///
/// The worker owns the flow itself (`FlowSlot`) and writes its statistics; a handle reads them. The
/// two share one `FlowRecord`, plain memory: the worker stores the slot and the state there, control
/// only loads. Any control-side thread.
public final class FlowHandle {
  /// The masked key and its mask; `inPort` is the datapath port.
  public var key: FlowKey { record.pointee.key }
  public var mask: FlowMask { record.pointee.mask }
  /// The rest of a long key (see `DeepKey`); an empty mask for a plain flow.
  public var deepKey: DeepKey { record.pointee.deepKey }
  public var deepMask: DeepKey { record.pointee.deepMask }
  /// No other handle has or had this number.
  public var number: UInt64 { record.pointee.number }
  public let worker: Int
  /// Whatever its creator wants to find here.
  public let owner: AnyObject?
  /// What is done with packets of the flow. Changed by `Datapath.changeActions`, hence one writer.
  public internal(set) var actions: [DatapathAction]

  let record: UnsafeMutablePointer<FlowRecord>
  /// The compiled actions that the worker runs.
  private(set) var program: UnsafeMutablePointer<UInt32>?

  public enum State: UInt32, Sendable {
    /// On its way to the worker.
    case pending = 0
    case installed
    /// Gone, or never installed because an equal flow was there already. Statistics are final.
    case removed
  }

  public struct Statistics: Equatable, Sendable {
    public var packets: UInt64 = 0
    public var bytes: UInt64 = 0
    /// When the last packet came, in milliseconds of the datapath's clock; 0 for never.
    public var used: Int64 = 0
    /// The TCP flags of all its packets, or-ed.
    public var tcpFlags: UInt16 = 0

    public init() {}
  }

  /// A handle that no worker knows: what a datapath returns before it posts the flow, and what a
  /// test's fake datapath returns.
  public init(
    key: FlowKey, mask: FlowMask, deepKey: DeepKey = DeepKey(), deepMask: DeepKey = DeepKey(),
    actions: [DatapathAction], worker: Int, owner: AnyObject? = nil
  ) {
    self.actions = actions
    self.worker = worker
    self.owner = owner
    record = .allocate(capacity: 1)
    record.initialize(
      to: FlowRecord(
        key: key & mask, deepKey: deepKey & deepMask, mask: mask, deepMask: deepMask,
        isDeep: !deepMask.isZero,
        number: Self.numbers.wrappingAdd(1, ordering: .relaxed).newValue))
  }

  private static let numbers = Atomic<UInt64>(0)

  /// Where the flow's masks are counted.
  var maskUse: (quota: MaskQuota, use: MaskQuota.Use)?
  /// Neighbours in the worker's `HeldFlows`, under its lock.
  var next: Unmanaged<FlowHandle>?, before: Unmanaged<FlowHandle>?

  deinit {
    if let maskUse { maskUse.quota.release(maskUse.use) }
    program?.deallocate()
    record.deinitialize(count: 1)
    record.deallocate()
  }

  /// Compiles the actions into a new `program`; returns its length. The caller frees the old one.
  func compile() -> Int {
    let compiled = ActionProgram(actions)
    program = compiled.allocate()
    return compiled.words.count
  }

  public var state: State {
    State(rawValue: pb_load_acquire_u32(&record.pointee.state)) ?? .removed
  }

  /// What the flow did so far.
  public var statistics: Statistics {
    if state == .installed, let slot = record.pointee.slot {
      let live = slot.pointee.statistics
      // The slot may have been given to another flow meanwhile; then the state says so.
      pb_fence_acquire()
      if state == .installed { return live }
    }
    return state == .pending ? Statistics() : record.pointee.final
  }

  /// For fakes: sets what a worker would have stored.
  public func simulate(state: State, statistics: Statistics) {
    record.pointee.final = statistics
    pb_store_release_u32(&record.pointee.state, state.rawValue)
  }
}

/// What worker and control share of a flow. Written by the worker once the flow was posted; freed by
/// the handle, which the datapath keeps alive until the worker let go of the flow.
struct FlowRecord {
  // As two `LongKey`s.
  let key: FlowKey
  let deepKey: DeepKey
  let mask: FlowMask
  let deepMask: DeepKey
  let isDeep: Bool
  let number: UInt64
  /// `FlowHandle.State`, stored with release.
  var state: UInt32 = 0
  /// Valid while the state is `installed`.
  var slot: FlowPointer?
  /// The gate in front of a deep flow. The worker's.
  var gate: FlowPointer?
  var final = FlowHandle.Statistics()
}
