import CDPDKShim
import Fields

/// Misses, answers and flows: any control-side thread.
extension Datapath {
  /// Blocks until there is a miss; nil after `shutdown`. Fair among input ports.
  public func takeMisses(max: Int) -> [Miss]? { missQueue.take(max: max) }

  /// Answers a miss: installs a flow at the worker that asked, and sends the packets that wait for
  /// it, in the order in which they came. With `install` false only the packets that wait under the
  /// miss's own key are sent; no flow remains and nil is returned.
  ///
  /// `in_port` and `recirc_id` are matched exactly, whatever `mask` says. If the worker has a flow
  /// with the same masked key and mask already, that one stays and the handle ends as `.removed`.
  public func answer(
    _ miss: Miss, mask: FlowMask, actions: [DatapathAction], owner: AnyObject? = nil,
    install: Bool = true
  ) -> FlowHandle? {
    guard let thread = thread(miss.worker) else { return nil }
    var command = Command(install ? .install : .release)
    command.key = miss.key
    guard install else {
      let program = ActionProgram(actions)
      let words = program.allocate()
      command.program = UnsafePointer(words)
      command.count = UInt32(program.words.count)
      thread.post(command, burying: [.program(words)])
      return nil
    }
    let handle = FlowHandle(
      key: miss.key, mask: mask | FlowMask.alwaysExact, actions: actions, worker: miss.worker,
      owner: owner)
    command.count = UInt32(handle.compile())
    command.program = UnsafePointer(handle.program)
    command.record = handle.record
    return thread.install(handle, command) ? handle : nil
  }

  /// Drops the packets that wait for this miss (`DropReason.upcallError`).
  public func discard(_ miss: Miss) {
    var command = Command(.discard)
    command.key = miss.key
    thread(miss.worker)?.post(command)
  }

  /// Replaces the actions of a flow; its statistics go on.
  public func changeActions(_ flow: FlowHandle, _ actions: [DatapathAction]) {
    guard flow.state != .removed, let thread = thread(flow.worker) else { return }
    let old = flow.program
    flow.actions = actions
    var command = Command(.change)
    command.count = UInt32(flow.compile())
    command.program = UnsafePointer(flow.program)
    command.record = flow.record
    thread.post(command, burying: (old.map { [.program($0)] } ?? []) + [.flow(flow)])
  }

  /// Asynchronous: a handle's state becomes `.removed`, with final statistics.
  public func removeFlows(_ flows: [FlowHandle]) {
    for flow in flows where flow.state != .removed {
      var command = Command(.remove)
      command.record = flow.record
      thread(flow.worker)?.post(command, burying: [.flow(flow)])
    }
  }

  /// Sends one packet as if it had come in on `inPort` (packet-out), on the event worker. Frames
  /// that fit no buffer are ignored.
  public func execute(
    _ packet: UnsafeRawBufferPointer, inPort: PortNumber, actions: [DatapathAction]
  ) {
    let size = max(packet.count, MempoolRegistry.defaultBufferSize)
    guard let thread = thread(0), packet.count <= 64 << 10,
      let pool = try? executionPools.pool(size),
      let buffer = MempoolRegistry.packet(from: packet, pool: pool)
    else { return }
    let program = ActionProgram(actions)
    let words = program.allocate()
    var command = Command(.execute)
    command.port = inPort
    command.packet = buffer
    command.program = UnsafePointer(words)
    command.count = UInt32(program.words.count)
    if thread.post(command, burying: [.program(words)]) == nil { pb_mbuf_free(buffer) }
  }
}

/// Pools that packet-outs take their buffers from: asked for once per size, so that each packet
/// does not promise itself more of the pool.
final class ExecutionPools {
  private let lock = Lock()
  private var pools: [Int: OpaquePointer] = [:]

  func pool(_ size: Int) throws -> OpaquePointer {
    let rounded = (size + 2047) & ~2047
    return try lock.withLock {
      if let pool = pools[rounded] { return pool }
      let pool = try MempoolRegistry.shared.pool(bufferSize: rounded)
      pools[rounded] = pool
      return pool
    }
  }
}

extension FlowKey {
  /// What every megaflow matches: `in_port` and `recirc_id`.
  static let alwaysExact: FlowMask = {
    var mask = FlowMask()
    mask.inPort = .max
    mask.recircID = .max
    return mask
  }()
}
