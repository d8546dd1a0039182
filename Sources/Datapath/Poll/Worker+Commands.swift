import CDPDKShim
import Fields

/// What the mailbox asks for (worker's thread, between bursts).
extension Worker {
  /// Processes the commands that have come.
  @inline(__always)
  mutating func processCommands() {
    if !mailbox.pointee.isEmpty() { processWaitingCommands() }
  }

  /// Not for ever: a control thread that posts without end must not stop the packets.
  @inline(never)
  private mutating func processWaitingCommands() {
    let start = pb_tsc()
    var now = start
    while now &- start < limits.commandCycles, let command = mailbox.pointee.next() {
      perform(command)
      recirculateAll()
      flushDirtyPorts()
      if hasNewMisses { ringBell() }
      mailbox.pointee.finish()
      now = pb_tsc()
    }
    pauses.count(now &- start)
  }

  private mutating func perform(_ command: UnsafeMutablePointer<Command>) {
    switch command.pointee.kind {
    case .barrier: break
    case .attach:
      guard let port = command.pointee.workerPort else { return }
      ports[Int(command.pointee.port)] = port
      port.pointee.next = firstPort
      firstPort = port
    case .detach: detach(command.pointee.port)
    case .poll:
      pollList = command.pointee.memory?.assumingMemoryBound(to: PollList.self)
    case .configure:
      guard let new = command.pointee.memory?.assumingMemoryBound(to: WorkerSettings.self) else {
        return
      }
      settings = new.pointee
    case .clearMetrics:
      command.pointee.memory?.assumingMemoryBound(to: RoundMetrics.self).pointee.clear()
    case .install: install(command)
    case .release:
      guard let program = command.pointee.program else { return }
      release(command, .program(program, Int(command.pointee.count)))
    case .discard: release(command, .drop(.upcallError))
    case .change: change(command)
    case .remove:
      if let record = command.pointee.record { remove(record) }
    case .execute:
      guard let packet = command.pointee.packet, let program = command.pointee.program else {
        return
      }
      run(program, Int(command.pointee.count), packet, ports[Int(command.pointee.port)])
    case .stop:
      for number in 0..<65536 where ports[number] != nil { detach(PortNumber(number)) }
      isRunning = false
    }
  }

  // MARK: Flows

  /// Installs a flow. If an equal one (same masked key and mask) is there already, that one stays
  /// and takes the waiting packets, and the new record is reported as removed.
  private mutating func install(_ command: UnsafeMutablePointer<Command>) {
    guard let record = command.pointee.record, let program = command.pointee.program else { return }
    let count = Int(command.pointee.count)
    guard let port = ports[Int(record.pointee.key.inPort)] else {
      finish(record, nil)
      return release(command, .program(program, count))
    }
    let isInstalled: Bool
    if record.pointee.isDeep {
      if let same = port.pointee.deep.exact(record, kernels) {
        finish(record, nil)
        if command.pointee.isDeep { return release(command, .flow(same)) }
        return release(command, .program(program, count))
      }
      isInstalled = installDeep(record, port, program, count)
    } else {
      isInstalled = installPlain(command, record, port, program, count)
    }
    guard !isInstalled else { return }
    finish(record, nil)
    release(command, .program(program, count))
  }

  private mutating func installPlain(
    _ command: UnsafeMutablePointer<Command>, _ record: UnsafeMutablePointer<FlowRecord>,
    _ port: WorkerPortPointer, _ program: UnsafePointer<UInt32>, _ count: Int
  ) -> Bool {
    guard let slot = slab.take() else { return false }
    slot.pointee.key = record.pointee.key
    let mask = record.pointee.mask
    if let same = port.pointee.classifier.exact(slot, mask: mask, kernels: kernels.pointee) {
      slab.release(slot)
      // In a gate's place: the flows behind it are old, and control is about to remove them.
      if same.isGate { return false }
      finish(record, nil)
      release(command, .flow(same))
      return true
    }
    slot.start(record, program, count)
    port.pointee.classifier.insert(slot, mask: mask, kernels: kernels.pointee, supply: supply)
    announce(slot, record)
    releaseMatching(slot)
    return true
  }

  /// Tells control where a flow is.
  mutating func announce(_ slot: FlowPointer, _ record: UnsafeMutablePointer<FlowRecord>) {
    counters.flows &+= 1
    record.pointee.slot = slot
    pb_store_release_u32(&record.pointee.state, FlowHandle.State.installed.rawValue)
  }

  private mutating func change(_ command: UnsafeMutablePointer<Command>) {
    guard let record = command.pointee.record, let program = command.pointee.program,
      record.pointee.state == FlowHandle.State.installed.rawValue, let slot = record.pointee.slot
    else { return }
    slot.setProgram(program, count: Int(command.pointee.count))
  }

  private mutating func remove(_ record: UnsafeMutablePointer<FlowRecord>) {
    guard record.pointee.state == FlowHandle.State.installed.rawValue,
      let slot = record.pointee.slot
    else { return }
    finish(record, slot)
    if let port = ports[Int(record.pointee.key.inPort)] {
      if let gate = record.pointee.gate {
        removeDeep(slot, gate, port)
      } else {
        port.pointee.classifier.remove(slot, kernels: kernels.pointee, supply: supply)
      }
    }
    counters.flows &-= 1
    slab.release(slot)
  }

  /// Publishes that a flow is gone. Control's readers check the state after reading the slot.
  private mutating func finish(_ record: UnsafeMutablePointer<FlowRecord>, _ slot: FlowPointer?) {
    if let slot { record.pointee.final = slot.pointee.statistics }
    pb_store_release_u32(&record.pointee.state, FlowHandle.State.removed.rawValue)
    pb_fence_full()
  }

  // MARK: Ports

  /// Lets go of a port: its parked packets, its megaflows, its transmit buffer. Control has taken
  /// its queues and its descriptor from the poll loop before.
  private mutating func detach(_ number: PortNumber) {
    guard let port = ports[Int(number)] else { return }
    releaseAll(port, .portDetached)
    flushDirtyPorts()
    port.pointee.deep.removeAll { forget($0) }
    port.pointee.classifier.removeAll { forget($0) }
    ports[Int(number)] = nil
    unchain(port)
  }

  private mutating func unchain(_ port: WorkerPortPointer) {
    if nextHouse == port { nextHouse = port.pointee.next }
    if firstPort == port { firstPort = port.pointee.next }
    var other = firstPort
    while let previous = other {
      if previous.pointee.next == port { previous.pointee.next = port.pointee.next }
      other = previous.pointee.next
    }
  }

  /// A flow or a gate whose port goes.
  private mutating func forget(_ flow: FlowPointer) {
    if let record = flow.pointee.record {
      finish(record, flow)
      counters.flows &-= 1
    }
    slab.release(flow)
  }
}
