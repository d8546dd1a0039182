import CDPDKShim
import Fields

/// The megaflows of one input port of one worker: tuple space search, one subtable per mask, the
/// most used first. Per port, because every megaflow matches `in_port` exactly: that divides the
/// number of masks a packet must try.
///
/// Megaflows may overlap only where they do the same, so the first match is as good as any.
/// Worker's thread only.
struct Classifier {
  /// Subtables in search order.
  private(set) var tables: UnsafeMutablePointer<SubtablePointer>
  private(set) var count = 0
  private var capacity = 4
  /// All bits that some subtable matches: what the flow cache hashes. Its own cache line.
  let unionMask: UnsafeMutablePointer<FlowMask>

  init() {
    tables = .allocate(capacity: capacity)
    unionMask = allocateLines(FlowMask.self, count: 1)
  }

  /// Frees the subtables; their flows must be gone.
  func destroy() {
    for i in 0..<count { Subtable.destroy(tables[i]) }
    tables.deallocate()
    unionMask.deallocate()
  }

  /// Looks for the flows of the keys in the set `wanted`; stores what it finds in `flows` and
  /// returns the set of those that it did not find. `hashes` is scratch. Adds the number of
  /// subtables that were searched to `lookups`.
  @inline(never)
  func find(
    _ wanted: UInt32, keys: UnsafePointer<FlowKey>, flows: UnsafeMutablePointer<FlowPointer?>,
    hashes: UnsafeMutablePointer<UInt64>, kernels: UnsafePointer<pb_kernels>,
    lookups: inout UInt64
  ) -> UInt32 {
    var wanted = wanted
    var index = 0
    while index < count && wanted.nonzeroBitCount > Classifier.few {
      let table = tables[index]
      let array = table.pointee.array
      let likely = kernels.pointee.probe(
        keys, wanted, table, array.buckets, array.bucketMask, hashes)
      lookups &+= UInt64(truncatingIfNeeded: wanted.nonzeroBitCount)
      var left = table.pointee.oldLeft == 0 ? likely : wanted
      while left != 0 {
        let i = left.trailingZeroBitCount
        left &= left &- 1
        guard let flow = table.pointee.find(keys + i, hashes[i]) else { continue }
        flows[i] = flow
        table.pointee.hits &+= 1
        wanted &= ~(1 << UInt32(truncatingIfNeeded: i))
      }
      index &+= 1
    }
    var left = index < count ? wanted : 0
    while left != 0 {
      let i = left.trailingZeroBitCount
      left &= left &- 1
      guard let flow = find(keys + i, from: index, hashes, kernels, &lookups) else { continue }
      flows[i] = flow
      wanted &= ~(1 << UInt32(truncatingIfNeeded: i))
    }
    return wanted
  }

  /// Up to so many keys are searched one after the other.
  private static let few = 3
  /// Tables that one key is hashed for at a time.
  private static let ahead = 8

  /// The flow of one key in the tables from `first` on. A single search waits for memory at every
  /// table; so the buckets of several are under way before the first is looked at.
  @inline(__always)
  private func find(
    _ key: UnsafePointer<FlowKey>, from first: Int, _ hashes: UnsafeMutablePointer<UInt64>,
    _ kernels: UnsafePointer<pb_kernels>, _ lookups: inout UInt64
  ) -> FlowPointer? {
    var index = first
    while index < count {
      let some = min(Classifier.ahead, count &- index)
      let tables = self.tables + index
      let masks = UnsafeMutableRawPointer(tables).assumingMemoryBound(to: UnsafeRawPointer?.self)
      kernels.pointee.hash_under(key, masks, UInt32(truncatingIfNeeded: some), hashes)
      for i in 0..<some { tables[i].pointee.array.prefetch(hashes[i]) }
      for i in 0..<some {
        lookups &+= 1
        guard let flow = tables[i].pointee.find(key, hashes[i]) else { continue }
        tables[i].pointee.hits &+= 1
        return flow
      }
      index &+= some
    }
    return nil
  }

  /// The flow of one key that is not a gate (see `DeepKey`).
  @inline(never)
  mutating func findPlain(
    _ key: UnsafePointer<FlowKey>, _ kernels: UnsafePointer<pb_kernels>
  ) -> FlowPointer? {
    for i in 0..<count {
      if let flow = tables[i].pointee.find(key, kernels.pointee.hash(key, tables[i])), !flow.isGate
      {
        return flow
      }
    }
    return nil
  }

  /// The flow that has exactly the masked key that `flow` has, and this mask.
  func exact(_ flow: FlowPointer, mask: FlowMask, kernels: pb_kernels) -> FlowPointer? {
    guard let table = table(mask) else { return nil }
    let key = UnsafeRawPointer(flow).assumingMemoryBound(to: FlowKey.self)
    return table.pointee.find(key, kernels.hash(key, table))
  }

  /// Adds a flow whose key and mask are new together; sets its mask pointer.
  mutating func insert(
    _ flow: FlowPointer, mask: FlowMask, kernels: pb_kernels,
    supply: UnsafeMutablePointer<MemorySupply>? = nil
  ) {
    let table = self.table(mask) ?? addTable(mask)
    flow.pointee.mask = UnsafePointer(
      UnsafeMutableRawPointer(table).assumingMemoryBound(to: FlowMask.self))
    table.pointee.insert(flow, kernels.hash(flow, table), kernels: kernels, supply: supply)
  }

  /// Removes a flow; its slot still has key and mask.
  mutating func remove(
    _ flow: FlowPointer, kernels: pb_kernels, supply: UnsafeMutablePointer<MemorySupply>? = nil
  ) {
    let table = UnsafeMutableRawPointer(mutating: flow.pointee.mask)
      .assumingMemoryBound(to: Subtable.self)
    table.pointee.remove(flow, kernels.hash(flow, table))
    if table.pointee.flowCount == 0 { removeTable(table, supply) }
  }

  /// Removes all flows, giving each to `body`.
  mutating func removeAll(_ body: (FlowPointer) -> Void) {
    for i in 0..<count {
      tables[i].pointee.forEach(body)
      Subtable.destroy(tables[i])
    }
    count = 0
    unionMask.pointee = FlowMask()
  }

  /// Sorts by hits and starts counting anew; tables that stopped growing half-way go on.
  func keepHouse(_ kernels: pb_kernels, _ supply: UnsafeMutablePointer<MemorySupply>) {
    var tables = UnsafeMutableBufferPointer(start: tables, count: count)
    tables.sort { $0.pointee.hits > $1.pointee.hits }
    for table in tables {
      table.pointee.hits = 0
      if table.pointee.oldLeft > 0 { table.pointee.move(16, kernels, supply) }
    }
  }

  private func table(_ mask: FlowMask) -> SubtablePointer? {
    for i in 0..<count where tables[i].pointee.mask == mask { return tables[i] }
    return nil
  }

  private mutating func addTable(_ mask: FlowMask) -> SubtablePointer {
    if count == capacity {
      let bigger = UnsafeMutablePointer<SubtablePointer>.allocate(capacity: capacity * 2)
      bigger.update(from: tables, count: count)
      tables.deallocate()
      tables = bigger
      capacity *= 2
    }
    let table = Subtable.create(mask)
    tables[count] = table
    count += 1
    unionMask.pointee = unionMask.pointee | mask
    return table
  }

  private mutating func removeTable(
    _ table: SubtablePointer, _ supply: UnsafeMutablePointer<MemorySupply>?
  ) {
    var kept = 0
    var union = FlowMask()
    for i in 0..<count where tables[i] != table {
      tables[kept] = tables[i]
      union = union | tables[i].pointee.mask
      kept += 1
    }
    count = kept
    unionMask.pointee = union
    Subtable.destroy(table, supply)
  }
}
