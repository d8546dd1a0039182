import OpenFlow

/// A search in a flow table, as a translation did it. Plain data: somebody else keeps table and rule.
struct TableVisit {
  let table: Unmanaged<FlowTable>
  let rule: Unmanaged<Rule>?
  /// OpenFlow port and metadata that the packet had then. Packets of one megaflow have the same.
  let inPort: UInt16
  let metadata: UInt64

  /// Whether the table changed behind `generation` in a way that may concern packets of which that
  /// much is `known`.
  func mayBeConcerned(
    since generation: UInt64, _ known: (TableVisit) -> KnownPackets
  ) -> Bool {
    table._withUnsafeGuaranteedRef {
      $0.changes.generation > generation && $0.changes.mayConcern(known(self))
    }
  }
}

/// The searches of a translation, for as long as its megaflow is there.
///
/// Keeps alive what they refer to: the rules, each by itself, and the bridges, whose tables stay as
/// long as they do. In one piece of memory, because there is one per megaflow. Immutable; any thread.
final class TableVisits: ManagedBuffer<TableVisits.Header, TableVisit> {
  struct Header {
    let count: Int
    /// Those that the packet came through.
    let bridge: Bridge
    let others: [Bridge]
  }

  static func make(
    _ visits: UnsafeBufferPointer<TableVisit>, in bridge: Bridge, and others: [Bridge]
  ) -> TableVisits {
    let list = create(minimumCapacity: visits.count) { _ in
      Header(count: visits.count, bridge: bridge, others: others)
    }
    list.withUnsafeMutablePointerToElements { place in
      for index in 0..<visits.count {
        _ = visits[index].rule?.retain()
        (place + index).initialize(to: visits[index])
      }
    }
    return unsafeDowncast(list, to: TableVisits.self)
  }

  deinit {
    visit { $0.rule?.release() }
  }

  @inline(__always)
  func visit(_ body: (TableVisit) -> Void) {
    withUnsafeMutablePointers { header, visits in
      for index in 0..<header.pointee.count { body(visits[index]) }
    }
  }

  func contains(where body: (TableVisit) -> Bool) -> Bool {
    withUnsafeMutablePointers { header, visits in
      (0..<header.pointee.count).contains { body(visits[$0]) }
    }
  }

  /// Whether a bridge that the packet came through changed behind `generation`.
  func crossedBridge(changedSince generation: UInt64) -> Bool {
    withUnsafeMutablePointerToHeader { header in
      header.pointee.bridge.changes.generation > generation
        || header.pointee.others.contains { $0.changes.generation > generation }
    }
  }

  /// The rules that were found, in the order of the searches.
  var rules: [Rule?] {
    var rules: [Rule?] = []
    visit { rules.append($0.rule?.takeUnretainedValue()) }
    return rules
  }
}
