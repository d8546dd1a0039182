import Fields
import OpenFlow
import Runtime

/// Control commands that name a bridge, as functions that return the answer or throw the error text.
/// Control thread.
extension Pipeline {
  /// The bridge that a command names.
  private func bridge(_ name: String) throws(TextError) -> Bridge {
    guard let bridge = bridges[name] else { throw TextError("no such bridge") }
    return bridge
  }

  /// `ofproto/list`.
  public func bridgesText() -> String { bridges.keys.sorted().reduce("") { $0 + $1 + "\n" } }

  public func showLearned(_ name: String) throws(TextError) -> String {
    try bridge(name).learnedText()
  }

  public func showLearning(_ name: String) throws(TextError) -> String {
    try bridge(name).learningText()
  }

  /// `fdb/stats-clear [BRIDGE]`.
  public func clearLearning(_ name: String?) throws(TextError) -> String {
    for bridge in try named(name) { bridge.macTable.clearStatistics() }
    return "statistics successfully cleared"
  }

  /// `fdb/flush [BRIDGE]`.
  public func flushLearned(_ name: String?) throws(TextError) -> String {
    for bridge in try named(name) { bridge.macTable.flush() }
    megaflows.requestRevalidation()
    return "table successfully flushed"
  }

  /// `fdb/add BRIDGE PORT VLAN MAC`.
  public func addLearned(
    _ name: String, port: String, vlan: String, address: String
  ) throws(TextError) {
    let bridge = try bridge(name)
    guard let target = bridge.port(named: port) else {
      throw TextError("software error, odp port is present but no ofp port")
    }
    bridge.macTable.addStatic(
      try Self.address(address), vlan: try Self.vlan(vlan), port: target)
    megaflows.requestRevalidation()
  }

  /// `fdb/del BRIDGE VLAN MAC`.
  public func removeLearned(_ name: String, vlan: String, address: String) throws(TextError) {
    let bridge = try bridge(name)
    let address = try Self.address(address)
    guard bridge.macTable.removeStatic(address, vlan: try Self.vlan(vlan)) else {
      throw TextError("could not find static mac entry")
    }
    megaflows.requestRevalidation()
  }

  private func named(_ name: String?) throws(TextError) -> [Bridge] {
    guard let name else { return Array(bridges.values) }
    return [try bridge(name)]
  }

  private static func address(_ text: String) throws(TextError) -> EthernetAddress {
    guard let address = EthernetAddress(text) else { throw TextError("bad MAC address") }
    return address
  }

  private static func vlan(_ text: String) throws(TextError) -> UInt16 {
    guard let vlan = UInt16(text), vlan < 4096 else { throw TextError("bad VLAN \(text)") }
    return vlan
  }
}
