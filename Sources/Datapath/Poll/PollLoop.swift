import CDPDKShim

/// A worker's loop, in three strategies of waiting:
///
/// - **busy**: polls its queues without pause, pinned to a core of its own ("PMD").
/// - **adaptive**: the same, but sleeps a little longer after every round without packets, up to a
///   maximum, and not at all under load (`pmd-sleep-max`).
/// - **event-driven**: sleeps until a descriptor of a kernel-backed or dummy port or the mailbox has
///   something; polls ethdev queues in between if no busy worker does.
///
/// One round is: commands, a burst from every queue, account for the cycles; and, where the worker's
/// settings ask for it, `Worker+RoundEnd`.
extension Worker {
  /// Runs a busy or adaptive worker until it is stopped.
  mutating func runBusy() {
    var then = pb_tsc()
    var sleep: UInt64 = 0
    while isRunning {
      processCommands()
      let start = then
      var bursts = 0
      let received = pollQueues(&then, &bursts)
      if received == 0 { then = pb_tsc() }
      account(then &- start, received)
      clock.update(then)
      keepHouse()
      if settings.endsRounds { then = endRound(start, then, received, bursts, &sleep) }
    }
  }

  /// One burst from every queue; returns the number of packets. The time since `then` goes to the
  /// queue that had packets, and `then` becomes the end of the last burst: as many readings of the
  /// TSC as bursts.
  @inline(__always)
  private mutating func pollQueues(_ then: inout UInt64, _ bursts: inout Int) -> Int {
    guard let list = pollList else { return 0 }
    let entries = list.pointee.entries
    let count = list.pointee.count
    var received = 0
    var i = 0
    while i < count {
      let port = entries[i].port
      let n = port.pointee.receive(entries[i].queue, into: packets)
      if n > 0 {
        if settings.metrics != nil { noteFill(port, entries[i].queue, n) }
        process(port, count: n)
        received &+= n
        bursts &+= 1
        let now = pb_tsc()
        entries[i].cycles &+= now &- then
        then = now
      }
      i &+= 1
    }
    return received
  }

  @inline(__always)
  private mutating func account(_ cycles: UInt64, _ received: Int) {
    if received > 0 {
      counters.busyCycles &+= cycles
      counters.busyIterations &+= 1
    } else {
      counters.idleCycles &+= cycles
      counters.idleIterations &+= 1
    }
  }

  /// Each second: most used subtables first; one port per round, so that no round gets long.
  @inline(__always)
  private mutating func keepHouse() {
    if nextHouse != nil || clock.now &- lastHousekeeping >= 1000 || clock.now < lastHousekeeping {
      keepNextHouse()
    }
  }

  @inline(never)
  private mutating func keepNextHouse() {
    if let port = nextHouse {
      port.pointee.classifier.keepHouse(kernels.pointee, supply)
      nextHouse = port.pointee.next
    } else {
      lastHousekeeping = clock.now
      nextHouse = firstPort
    }
  }

  // MARK: Event-driven

  static let eventsPerRound = 64

  /// Runs an event-driven worker until it is stopped. `set` has the mailbox's event under a nil tag
  /// and ports' descriptors under the port's number: a port may be detached before its tag is read.
  /// `tags` is room for `eventsPerRound` of them.
  mutating func runEventDriven(_ set: Int32, _ tags: UnsafeMutablePointer<UnsafeMutableRawPointer?>)
  {
    var idleRounds = 0
    while true {
      let ready = waitForEvents(set, tags, idleRounds)
      // Commands first: what was posted before a packet came holds for the packet.
      processCommands()
      guard isRunning else { return }
      let start = pb_tsc()
      clock.update(start)
      var then = start
      var bursts = 0
      var received = pollQueues(&then, &bursts)
      for i in 0..<ready {
        if let tag = tags[i] {
          received &+= receiveReady(PortNumber(truncatingIfNeeded: UInt(bitPattern: tag)))
        } else {
          pb_event_clear(mailbox.pointee.event)
        }
      }
      idleRounds = received > 0 ? 0 : idleRounds &+ 1
      account(pb_tsc() &- start, received)
      keepHouse()
    }
  }

  /// Sleeps until something is ready; not at all while there are commands, and only shortly while
  /// there are queues to poll.
  private mutating func waitForEvents(
    _ set: Int32, _ tags: UnsafeMutablePointer<UnsafeMutableRawPointer?>, _ idleRounds: Int
  ) -> Int {
    let polls = (pollList?.pointee.count ?? 0) > 0
    let mayRest = mailbox.pointee.beginSleep() && !(polls && idleRounds < 64)
    let ready = pb_poll_wait(set, tags, Int32(Worker.eventsPerRound), !mayRest ? 0 : polls ? 1 : -1)
    mailbox.pointee.endSleep()
    return Int(ready)
  }

  private mutating func receiveReady(_ number: PortNumber) -> Int {
    guard let port = ports[Int(number)] else { return 0 }
    let n = port.pointee.receive(0, into: packets)
    if n > 0 { process(port, count: n) }
    if port.pointee.kind == .dummy, let device = port.pointee.device {
      device.assumingMemoryBound(to: DummyDevice.self).pointee.markHandled()
    }
    return n
  }
}
