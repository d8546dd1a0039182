import OpenFlow

extension FlowMod: Request {
  func handle(_ exchange: Exchange) throws {
    try exchange.bridge.apply(self, for: exchange.requester)
    exchange.connection.countFlowMod(command)
  }
}

extension FlowStatsRequest: Request {
  func handle(_ exchange: Exchange) {
    let pipeline = exchange.pipeline
    let entries = pipeline.flowEntries(exchange.bridge, filter)
    exchange.connection.answer(
      FlowStatsReply(entries: [], extended: isExtended), xid: exchange.xid, entries: entries)
  }
}

extension AggregateStatsRequest: Request {
  func handle(_ exchange: Exchange) {
    let next = exchange.pipeline.flowEntries(exchange.bridge, filter)
    var sum = AggregateStatsReply(
      packetCount: 0, byteCount: 0, flowCount: 0, extended: isExtended)
    while let flow = next() {
      sum.packetCount &+= flow.packetCount
      sum.byteCount &+= flow.byteCount
      sum.flowCount &+= 1
    }
    exchange.reply(sum)
  }
}

extension Pipeline {
  /// The flows that `filter` selects, one after the other. The list is that of now; a flow's figures
  /// are those of the moment in which it is taken.
  fileprivate func flowEntries(_ bridge: Bridge, _ filter: FlowFilter) -> () -> FlowStats? {
    var selection = FlowSelection(match: filter.match)
    selection.table = filter.table == FlowMod.anyTable ? nil : filter.table
    selection.cookie = filter.cookie
    selection.cookieMask = filter.cookieMask
    selection.outPort = filter.outPort
    selection.outGroup = filter.outGroup
    megaflows.collectStatistics()
    var rest = bridge.rules(selection)[...]
    return { [self] in
      guard let rule = rest.popFirst() else { return nil }
      return FlowStats(crediting { FlowStatistics(rule, now: now()) })
    }
  }
}

extension FlowStats {
  init(_ flow: FlowStatistics) {
    self.init()
    table = flow.table
    match = flow.match
    priority = flow.priority
    cookie = flow.cookie
    duration = UInt64(clamping: flow.duration) &* 1_000_000
    idleTimeout = flow.idleTimeout
    hardTimeout = flow.hardTimeout
    flags = flow.flags
    importance = flow.importance
    idleAge = UInt16(clamping: flow.idleAge / 1000)
    hardAge = UInt16(clamping: flow.hardAge / 1000)
    packetCount = flow.packets
    byteCount = flow.bytes
    actions = flow.actions
  }
}
