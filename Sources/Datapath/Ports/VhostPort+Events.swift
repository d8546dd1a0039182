import CDPDKShim

/// What librte_vhost tells of a port's connections, on its own thread.
extension VhostPort {
  func handle(_ event: pb_vhost_event, _ connection: Int32, ring: Int, isOn: Bool) -> Int32 {
    switch event {
    case PB_VHOST_CONNECTED:
      lock.withLock {
        connections[connection] = [Bool](repeating: false, count: Int(PB_VHOST_RINGS))
      }
      onEvent?(.connected)
      return Int32(clamping: setup.maximumQueues ?? 0)
    case PB_VHOST_DISCONNECTED:
      lock.withLock { connections[connection] = nil }
      onEvent?(.disconnected)
    case PB_VHOST_STARTED: return started(connection) ? 0 : -1
    case PB_VHOST_STOPPED: stopped(connection)
    case PB_VHOST_RING: ringChanged(connection, ring, isOn)
    default: break
    }
    return 0
  }

  /// False when another guest runs: the library asks again at this one's next message.
  private func started(_ connection: Int32) -> Bool {
    var found = pb_vhost_guest()
    pb_vhost_read(connection, &found)
    let offloads = GuestOffloads(features: found.features)
    let isFirst = lock.withLock { () -> Bool in
      guard guest == nil, let rings = connections[connection] else { return false }
      guest = connection
      device.pointee.setRings(rings)
      device.pointee.setOffloads(offloads.toGuest)
      if isUp { device.pointee.publish(connection) }
      return true
    }
    guard isFirst else { return false }
    if offloads.fromGuest != [] { pb_requests_note() }
    onEvent?(.started(numaNode: Int(found.numa_node)))
    return true
  }

  private func stopped(_ connection: Int32) {
    let wasGuest = life.withLock {
      lock.withLock { () -> Bool in
        guard guest == connection else { return false }
        guest = nil
        device.pointee.withdraw()
        return true
      }
    }
    guard wasGuest else { return }
    lock.withLock { quiesce }?()
    onEvent?(.stopped)
  }

  private func ringChanged(_ connection: Int32, _ ring: Int, _ isOn: Bool) {
    let isNews = lock.withLock { () -> Bool in
      guard ring < Int(PB_VHOST_RINGS), let rings = connections[connection], rings[ring] != isOn
      else { return false }
      connections[connection]?[ring] = isOn
      if guest == connection, let now = connections[connection] { device.pointee.setRings(now) }
      return true
    }
    if isNews { onEvent?(.ring(ring, isOn: isOn)) }
  }

  /// The datapath that has the port, or that has let go of it.
  func setQuiesce(_ wait: (() -> Void)?) { lock.withLock { quiesce = wait } }
}
