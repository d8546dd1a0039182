import OpenFlow
import Runtime

/// What control commands say of one bridge.
extension Bridge {
  /// `bridge/dump-flows`: all flows, the switch's own included.
  public func flowsText() -> String {
    let now = pipeline.now()
    pipeline.megaflows.refreshStatistics()
    var text = ""
    for table in [hidden?.table].compactMap({ $0 }) + tables.compactMap({ $0 }) {
      for rule in table.rules.sorted(by: Rule.precedes) {
        let (packets, bytes) = pipeline.crediting { (rule.credit.packets, rule.credit.bytes) }
        text += Self.line(
          table.id, age: now - rule.created, packets, bytes,
          matchText(rule), ActionText.format(rule.actions))
      }
    }
    return text + internalFlows(now)
  }

  private func matchText(_ rule: Rule) -> String {
    let priority = priority(of: rule)
    if let ordinary = UInt16(exactly: priority) {
      return MatchText.format(rule.match, priority: ordinary, options: tunnelOptions)
    }
    let match = MatchText.format(rule.match, options: tunnelOptions)
    return "priority=\(priority)" + (match.isEmpty ? "" : ",\(match)")
  }

  /// What OVS keeps in table 254 for packets that no rule matches. Ours needs no rules for that; the
  /// lines are there for those who read them.
  private func internalFlows(_ now: Int64) -> String {
    [
      ("priority=2,recirc_id=0", "drop"), ("priority=0,reg0=0x1", "controller(reason=)"),
      ("priority=0,reg0=0x2", "drop"), ("priority=0,reg0=0x3", "drop"),
    ].reduce("") { $0 + Self.line(254, age: now - created, 0, 0, $1.0, $1.1) }
  }

  private static func line(
    _ table: UInt8, age: Int64, _ packets: UInt64, _ bytes: UInt64, _ match: String,
    _ actions: String
  ) -> String {
    (table == 0 ? "" : "table_id=\(table), ")
      + "duration=\(age / 1000)s, n_packets=\(packets), n_bytes=\(bytes), \(match),"
      + "actions=\(actions)\n"
  }

  // MARK: Learned addresses

  /// `fdb/show`.
  public func learnedText() -> String {
    pipeline.megaflows.refreshStatistics()
    let now = pipeline.now()
    macTable.expire(now: now)
    var text = " port  VLAN  MAC                Age\n"
    for entry in macTable.entries(now: now) {
      let port =
        entry.port.ofport == OpenFlowPort.local ? "LOCAL" : String(entry.port.ofport)
      let age = entry.age.map { String($0).paddedLeft(3) } ?? "static"
      text +=
        "\(port.paddedLeft(5))  \(String(entry.vlan).paddedLeft(4))  \(entry.address)  \(age)\n"
    }
    return text
  }

  /// `fdb/stats-show`.
  public func learningText() -> String {
    macTable.expire(now: pipeline.now())
    let s = macTable.statistics
    return """
      Statistics for bridge "\(name)":
        Current/maximum MAC entries in the table: \(s.entries)/\(s.maxEntries)
        Current static MAC entries in the table : \(s.staticEntries)
        Total number of learned MAC entries     : \(s.learned)
        Total number of expired MAC entries     : \(s.expired)
        Total number of evicted MAC entries     : \(s.evicted)
        Total number of port moved MAC entries  : \(s.moved)

      """
  }
}
