import Fields
import OpenFlow

extension TLVTableMod: Request {
  func handle(_ exchange: Exchange) throws {
    let bridge = exchange.bridge
    var table = bridge.tunnelOptions
    switch command {
    case .add:
      for mapping in mappings {
        do { try table.add(mapping) } catch { throw Self.answer(to: error) }
      }
    case .delete:
      for mapping in mappings { try? table.remove(mapping.index) }
    case .clear: table.removeAll()
    }
    try bridge.setTunnelOptions(table)
  }

  private static func answer(to refusal: TunnelOptionTable.Refusal) -> OpenFlowError {
    switch refusal {
    case .badLength: .badTLVOptionLength
    case .badIndex: .badTLVFieldIndex
    case .full: .tlvTableFull
    case .alreadyMapped: .tlvFieldAlreadyMapped
    case .duplicate: .duplicateTLVOption
    }
  }
}

extension TLVTableRequest: Request {
  func handle(_ exchange: Exchange) { exchange.reply(TLVTableReply(exchange.bridge.tunnelOptions)) }
}

extension Bridge {
  /// Takes over what tun_metadata fields stand for. A field that a flow uses cannot go, because
  /// flows know where its value lies.
  func setTunnelOptions(_ table: TunnelOptionTable) throws(OpenFlowError) {
    let gone = tunnelOptions.entries.filter { table.field($0.index) == nil }
    guard !gone.contains(where: { isInUse($0.index) }) else { throw .tlvFieldInUse }
    pipeline.change(.bridge(self)) { tunnelOptions = table }
  }

  private func isInUse(_ option: Int) -> Bool {
    let bit = UInt64(1) << UInt64(option & 63)
    return tables.contains { table in
      table?.rules.contains { rule in
        rule.match.mask.tunnel.presentOptions & bit != 0
          || rule.actions.names(option)
      } == true
    }
  }
}

extension [any Action] {
  /// Whether an action, perhaps inside another one, has to do with an option of tunnels.
  fileprivate func names(_ option: Int) -> Bool {
    contains { action in
      (action as? any FieldAction)?.matchFields.contains { $0.tunnelOption == option } == true
        || action.nestedActions.names(option)
    }
  }
}
