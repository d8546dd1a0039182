import CDPDKShim
import Fields

/// Misses, answers and flows: any control-side thread.
extension Datapath {
  /// Blocks until there is a miss; nil after `shutdown`. Fair among input ports.
  public func takeMisses(max: Int) -> [Miss]? { missQueue.take(max: max) }

  /// Blocks until a flow has punted a packet; nil after `shutdown`. Fair among input ports. For one
  /// thread, which gets no more packets while it works on those that it took: then the workers' rings
  /// fill, each port gets its share of them, and what does not fit is dropped and counted
  /// (`DropReason.userspaceActionError`).
  public func takePunts(max: Int) -> [Punt]? { puntQueue.take(max: max) }

  /// Answers a miss: installs a flow at the worker that asked, and sends the packets that wait for
  /// it, in the order in which they came. With `install` false only the packets that wait under the
  /// miss's own key are sent; no flow remains and nil is returned.
  ///
  /// `in_port` and `recirc_id` are matched exactly, whatever `mask` says. If the worker has a flow
  /// with the same masked key and mask already, that one stays and the handle ends as `.removed`.
  ///
  /// With a `deepMask` the answer is for packets only that match the miss's deep key under it. When
  /// the port's flows have too many masks already, the flow matches the whole key (`MaskQuota`).
  public func answer(
    _ miss: Miss, mask: FlowMask, deepMask: DeepKey = DeepKey(), actions: [DatapathAction],
    owner: AnyObject? = nil, install: Bool = true
  ) -> FlowHandle? {
    guard let thread = thread(miss.worker) else { return nil }
    var command = Command(install ? .install : .release, miss)
    command.deepMask = deepMask
    command.hasDeepMask = !deepMask.isZero
    guard install else {
      let program = ActionProgram(actions)
      let words = program.allocate()
      command.program = UnsafePointer(words)
      command.count = UInt32(program.words.count)
      thread.post(command, burying: [.program(words)])
      return nil
    }
    let use = maskQuota.reserve(
      .init(plain: mask | FlowMask.alwaysExact, deep: deepMask),
      at: .init(worker: miss.worker, port: miss.key.inPort))
    command.deepMask = use.masks.deep
    let handle = FlowHandle(
      key: miss.key, mask: use.masks.plain, deepKey: miss.deep, deepMask: use.masks.deep,
      actions: actions, worker: miss.worker, owner: owner)
    handle.maskUse = (maskQuota, use)
    command.count = UInt32(handle.compile())
    command.program = UnsafePointer(handle.program)
    command.record = handle.record
    return thread.install(handle, command) ? handle : nil
  }

  /// Installs a flow's like at another worker, which is about to poll its port; nil when the worker
  /// cannot have it (`MaskQuota`), or there is none. Any control-side thread that does not change the
  /// flow's actions meanwhile.
  public func copy(_ flow: FlowHandle, to worker: Int) -> FlowHandle? {
    guard let thread = thread(worker) else { return nil }
    let masks = MaskQuota.Masks(plain: flow.mask, deep: flow.deepMask)
    let use = maskQuota.reserve(masks, at: .init(worker: worker, port: flow.key.inPort))
    guard use.masks == masks else {
      maskQuota.release(use)
      return nil
    }
    let handle = FlowHandle(
      key: flow.key, mask: flow.mask, deepKey: flow.deepKey, deepMask: flow.deepMask,
      actions: flow.actions, worker: worker)
    handle.maskUse = (maskQuota, use)
    var command = Command(.install)
    (command.key, command.deep, command.deepMask) = (flow.key, flow.deepKey, flow.deepMask)
    command.hasDeepMask = !flow.deepMask.isZero
    command.count = UInt32(handle.compile())
    command.program = UnsafePointer(handle.program)
    command.record = handle.record
    return thread.install(handle, command) ? handle : nil
  }

  /// Drops the packets that wait for this miss (`DropReason.upcallError`).
  public func discard(_ miss: Miss) {
    thread(miss.worker)?.post(Command(.discard, miss))
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
    execute(packet, inPort: inPort, actions: actions) { _ in }
  }

  /// The same for a buffer that `prepare` has seen.
  func execute(
    _ packet: UnsafeRawBufferPointer, inPort: PortNumber, actions: [DatapathAction],
    _ prepare: (OpaquePointer) -> Void
  ) {
    guard let thread = thread(0), packet.count <= 64 << 10,
      let pool = try? MempoolRegistry.shared.pool(bufferSize: MempoolRegistry.defaultBufferSize),
      let buffer = MempoolRegistry.packet(from: packet, pool: pool)
    else { return }
    prepare(buffer)
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

extension FlowKey {
  /// What every megaflow matches: `in_port` and `recirc_id`.
  static let alwaysExact: FlowMask = {
    var mask = FlowMask()
    mask.inPort = .max
    mask.recircID = .max
    return mask
  }()
}
