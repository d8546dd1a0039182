import OpenFlow

/// What one connection wants to hear of flows (NXST_FLOW_MONITOR and its successors).
///
/// Updates of one change go out together, when the change has come true. A controller that does not
/// read is told that the switch pauses; from then on it only hears of the removal of flows that it
/// knows of, and when it has read everything it gets what was added or changed in the pause.
///
/// Which flows those are is known by numbers: every report has one, a rule keeps those of its addition
/// and of its last change, and a pause the one at which it began.
///
/// Control thread.
final class FlowMonitors {
  /// Bytes that may wait for a reader before the pause.
  static let maxWaiting = 128 * 1024

  struct Monitor {
    let id: UInt32
    let flags: FlowMonitorRequest.Flags
    let outPort: UInt16
    let outGroup: UInt32
    let table: UInt8
    let match: CompactMatch

    init(_ request: FlowMonitorRequest.Monitor) {
      id = request.id
      flags = request.flags
      outPort = request.outPort
      outGroup = request.outGroup
      table = request.table
      match = CompactMatch(request.match)
    }

    var selection: FlowSelection {
      var selection = FlowSelection(match)
      selection.table = table == FlowMod.anyTable ? nil : table
      selection.outPort = outPort
      selection.outGroup = outGroup
      return selection
    }

    /// Whether a change of a rule concerns the monitor. A rule that used to send to the port does.
    func wants(_ event: FlowEvent) -> Bool {
      let rule = event.rule
      guard flags.contains(event.kind.flag), table == FlowMod.anyTable || table == rule.table,
        CoverTest(match, shape: rule.shape)?.accepts(rule) == true
      else { return false }
      let sends =
        outPort == OpenFlowPort.none || rule.outputs(to: outPort)
        || (event.oldActions.map { Rule.outputs($0, to: outPort) } ?? false)
      return sends && rule.outputs(to: OpenFlowPort.none, group: outGroup)
    }
  }

  /// Something to tell.
  private enum News {
    case own(xid: UInt32)
    case event(FlowEvent, withActions: Bool)
  }

  private(set) var monitors: [UInt32: Monitor] = [:]
  private var news: [News] = []
  private var hasAbbreviated = false
  /// The number of the last change that was told before the pause; nil when there is none.
  private(set) var paused: UInt64?
  /// What happened in the pause, while it is being told.
  private var refreshing: (() -> FlowMonitorReply.Update?)?

  var isEmpty: Bool { monitors.isEmpty }

  // MARK: Requests

  /// Adds, changes and deletes monitors: all that a request names, or none of those it adds. Gives
  /// the flows to tell at once, one after the other.
  func apply(
    _ request: FlowMonitorRequest, _ bridge: Bridge
  ) throws -> () -> FlowMonitorReply.Update? {
    var added: [Monitor] = []
    do {
      for monitor in request.monitors {
        if let new = try apply(monitor) { added.append(new) }
      }
    } catch {
      for monitor in added { monitors[monitor.id] = nil }
      throw error
    }
    let initial = added.filter { $0.flags.contains(.initial) }
    return Self.flows(of: initial, bridge) { _ in .initial }
  }

  private func apply(_ request: FlowMonitorRequest.Monitor) throws -> Monitor? {
    guard request.table == FlowMod.anyTable || Int(request.table) <= Bridge.tableCount else {
      throw OpenFlowError.badTableID
    }
    if request.command != .add, monitors.removeValue(forKey: request.id) == nil {
      throw OpenFlowError.unknownFlowMonitor
    }
    guard request.command != .delete else { return nil }
    guard monitors[request.id] == nil else { throw OpenFlowError.flowMonitorExists }
    let monitor = Monitor(request)
    monitors[monitor.id] = monitor
    return monitor
  }

  func cancel(_ id: UInt32) throws {
    guard monitors.removeValue(forKey: id) != nil else { throw OpenFlowError.unknownFlowMonitor }
  }

  // MARK: Changes

  /// Takes note of a change, if a monitor wants it.
  func report(_ event: FlowEvent, to connection: ObjectIdentifier) {
    if let paused {
      guard case .removed = event.kind, event.rule.sequence <= paused else { return }
    }
    var flags: FlowMonitorRequest.Flags = []
    for monitor in monitors.values where monitor.wants(event) { flags.formUnion(monitor.flags) }
    guard !flags.isEmpty else { return }
    if let requester = event.requester, requester.connection == connection, !flags.contains(.own),
      paused == nil
    {
      if !hasAbbreviated { news.append(.own(xid: requester.xid)) }
      hasAbbreviated = true
    } else {
      news.append(.event(event, withActions: flags.contains(.instructions)))
    }
  }

  /// Sends what was reported. When the reader does not keep up, what is left is not told any more:
  /// the pause begins.
  func flush(_ connection: OpenFlowConnection) {
    defer { hasAbbreviated = false }
    var rest = news[...]
    news = []
    while !rest.isEmpty {
      guard connection.isKeepingUp || paused != nil else { return pause(connection, leaving: rest) }
      let entries = FlowMonitorReply(entries: [])
      // One message at a time, so that the reader is asked again.
      var left = Self.updatesPerMessage
      connection.sendParts(entries) {
        guard left > 0, let next = rest.popFirst() else { return nil }
        left -= 1
        return Self.update(next)
      }
    }
    if !connection.isKeepingUp, paused == nil { pause(connection, leaving: []) }
  }

  private static let updatesPerMessage = 64

  private static func update(_ news: News) -> FlowMonitorReply.Update {
    switch news {
    case .own(let xid):
      var update = FlowMonitorReply.Update(.abbreviated)
      update.xid = xid
      return update
    case .event(let event, let withActions):
      var update = FlowMonitorReply.Update(event.rule, event.kind.update)
      if case .removed(let reason) = event.kind {
        update.reason = reason.rawValue
      }
      if withActions { update.actions = event.rule.actions }
      return update
    }
  }

  // MARK: The pause

  /// Stops telling. `rest` was not told; removals of it must be.
  private func pause(_ connection: OpenFlowConnection, leaving rest: ArraySlice<News>) {
    var first: UInt64?
    var removals: [FlowMonitorReply.Update] = []
    for item in rest {
      guard case .event(let event, _) = item else { continue }
      first = first ?? event.number
      if case .removed = event.kind, event.rule.sequence < (first ?? 0) {
        removals.append(Self.update(item))
      }
    }
    paused = first.map { $0 - 1 } ?? connection.service.bridge.flowNumbers.last
    var unsent = removals[...]
    if !unsent.isEmpty {
      connection.sendParts(FlowMonitorReply(entries: [])) { unsent.popFirst() }
    }
    connection.sendMonitorState(.paused)
  }

  /// Goes on, as far as the reader can take: tells what happened in the pause, and ends it when
  /// nothing more did.
  func resume(_ connection: OpenFlowConnection) {
    let bridge = connection.service.bridge
    while let since = paused, connection.isKeepingUp {
      if let next = refreshing {
        var left = Self.updatesPerMessage
        var isOver = false
        connection.sendParts(FlowMonitorReply(entries: [])) {
          guard left > 0 else { return nil }
          left -= 1
          let update = next()
          isOver = update == nil
          return update
        }
        if isOver { refreshing = nil }
      } else if bridge.flowNumbers.last > since, !monitors.isEmpty {
        refreshing = changes(since: since, bridge)
        paused = bridge.flowNumbers.last
      } else {
        paused = nil
        connection.sendMonitorState(.resumed)
      }
    }
  }

  private func changes(
    since number: UInt64, _ bridge: Bridge
  ) -> () -> FlowMonitorReply.Update? {
    Self.flows(of: Array(monitors.values), bridge) { rule in
      rule.sequence > number ? .added : rule.changed > number ? .modified : nil
    }
  }

  /// Flows that monitors cover and `event` has a word for, each once. The list is that of now; flows
  /// that have gone when their turn comes are left out.
  private static func flows(
    of monitors: [Monitor], _ bridge: Bridge, as event: (Rule) -> FlowMonitorReply.Event?
  ) -> () -> FlowMonitorReply.Update? {
    var places: [ObjectIdentifier: Int] = [:]
    var list: [(rule: Rule, event: FlowMonitorReply.Event, withActions: Bool)] = []
    for monitor in monitors {
      for rule in bridge.rules(monitor.selection) {
        guard let event = event(rule), monitor.flags.includes(event) else { continue }
        let withActions = monitor.flags.contains(.instructions)
        if let place = places[ObjectIdentifier(rule)] {
          if withActions { list[place].withActions = true }
          continue
        }
        if monitors.count > 1 { places[ObjectIdentifier(rule)] = list.count }
        list.append((rule, event, withActions))
      }
    }
    var rest = list[...]
    return {
      while let item = rest.popFirst() {
        guard bridge.contains(item.rule) else { continue }
        var update = FlowMonitorReply.Update(item.rule, item.event)
        if item.withActions { update.actions = item.rule.actions }
        return update
      }
      return nil
    }
  }
}

extension FlowMonitorRequest.Flags {
  /// Whether a monitor hears of such a refresh.
  fileprivate func includes(_ event: FlowMonitorReply.Event) -> Bool {
    switch event {
    case .initial: contains(.initial)
    case .added: !isDisjoint(with: [.add, .modify])
    case .modified: contains(.modify)
    default: true
    }
  }
}

extension FlowMonitorReply.Update {
  init(_ rule: Rule, _ event: FlowMonitorReply.Event) {
    self.init(event)
    priority = rule.priority
    idleTimeout = rule.idleTimeout
    hardTimeout = rule.hardTimeout
    table = rule.table
    cookie = rule.cookie
    match = rule.match
  }
}

extension FlowEvent.Kind {
  fileprivate var flag: FlowMonitorRequest.Flags {
    switch self {
    case .added: .add
    case .modified: .modify
    case .removed: .remove
    }
  }

  fileprivate var update: FlowMonitorReply.Event {
    switch self {
    case .added: .added
    case .modified: .modified
    case .removed: .removed
    }
  }
}
