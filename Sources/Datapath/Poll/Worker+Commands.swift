import CDPDKShim
import Fields

/// What the mailbox asks for (worker's thread, between bursts).
extension Worker {
  /// Processes the commands that have come.
  @inline(__always)
  mutating func processCommands() {
    if !mailbox.pointee.isEmpty() { processWaitingCommands() }
  }

  @inline(never)
  private mutating func processWaitingCommands() {
    // Not for ever: a control thread that posts without end must not stop the packets.
    var budget = 64
    while budget > 0, let command = mailbox.pointee.next() {
      perform(command)
      flushDirtyPorts()
      mailbox.pointee.finish()
      budget -= 1
    }
  }

  private mutating func perform(_ command: UnsafeMutablePointer<Command>) {
    switch command.pointee.kind {
    case .barrier: break
    case .attach: ports[Int(command.pointee.port)] = command.pointee.workerPort
    case .detach: detach(command.pointee.port)
    case .poll:
      pollList = command.pointee.memory?.assumingMemoryBound(to: PollList.self)
    case .install: install(command)
    case .release:
      guard let program = command.pointee.program else { return }
      release(commandKey(command), .program(program, Int(command.pointee.count)))
    case .discard: release(commandKey(command), .drop(.upcallError))
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

  /// The command's key; commands lie on cache lines, as kernels need it.
  private mutating func commandKey(_ command: UnsafeMutablePointer<Command>) -> UnsafePointer<
    FlowKey
  > {
    UnsafeRawPointer(command).advanced(by: MemoryLayout<Command>.offset(of: \.key) ?? 64)
      .assumingMemoryBound(to: FlowKey.self)
  }

  // MARK: Flows

  /// Installs a flow. If an equal one (same masked key and mask) is there already, that one stays
  /// and takes the waiting packets, and the new record is reported as removed.
  private mutating func install(_ command: UnsafeMutablePointer<Command>) {
    guard let record = command.pointee.record, let program = command.pointee.program else { return }
    let count = Int(command.pointee.count)
    guard let port = ports[Int(record.pointee.key.inPort)], let slot = slab.take() else {
      finish(record, nil)
      return release(commandKey(command), .program(program, count))
    }
    slot.pointee.key = record.pointee.key
    let mask = record.pointee.mask
    if let same = port.pointee.classifier.exact(slot, mask: mask, kernels: kernels.pointee) {
      slab.release(slot)
      finish(record, nil)
      return release(commandKey(command), .flow(same))
    }
    slot.pointee.packets = 0
    slot.pointee.bytes = 0
    slot.pointee.used = 0
    slot.pointee.tcpFlags = 0
    slot.pointee.record = record
    slot.setProgram(program, count: count)
    port.pointee.classifier.insert(slot, mask: mask, kernels: kernels.pointee)
    counters.flows &+= 1
    record.pointee.slot = slot
    pb_store_release_u32(&record.pointee.state, FlowHandle.State.installed.rawValue)
    releaseMatching(slot)
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
    if let port = ports[Int(slot.pointee.key.inPort)] {
      port.pointee.classifier.remove(slot, kernels: kernels.pointee)
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
    port.pointee.classifier.removeAll { flow in
      if let record = flow.pointee.record { finish(record, flow) }
      slab.release(flow)
      counters.flows &-= 1
    }
    ports[Int(number)] = nil
  }
}
