import Fields

/// What a translation asked a MAC table, and what that answered.
struct LearningDependency {
  private let table: MACTable
  private let address: EthernetAddress
  private let vlan: UInt16
  /// Where the packet came in, if it goes to the address that it comes from.
  private let sender: BridgePort?
  let answer: BridgePort?
  /// The table's, in which it answered that.
  private var generation: UInt64

  init(_ table: MACTable, _ address: EthernetAddress, vlan: UInt16, sender: BridgePort?) {
    (self.table, self.address, self.vlan, self.sender) = (table, address, vlan, sender)
    // Read first: a change in between makes the answer look old, which is safe.
    generation = table.generation
    answer = table.lookup(address, vlan: vlan, sender: sender)
  }

  /// Whether nothing changed in the table.
  var isCurrent: Bool { table.generation == generation }

  /// Whether the table, which has changed, still answers the same; nil when it does not.
  var renewed: LearningDependency? {
    let new = LearningDependency(table, address, vlan: vlan, sender: sender)
    return new.answer === answer ? new : nil
  }
}

extension MACTable {
  /// The port that leads to `address`. A packet from there is going to teach that it is at `sender`.
  fileprivate func lookup(
    _ address: EthernetAddress, vlan: UInt16, sender: BridgePort?
  ) -> BridgePort? {
    if let sender, learns(address, vlan: vlan) { return sender }
    return lookup(address, vlan: vlan)
  }
}
