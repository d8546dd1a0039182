import CDPDKShim
import Fields

/// The deep megaflows of one input port of one worker (see `DeepKey`): one subtable per pair of masks.
///
/// To the flow cache a deep flow's slot looks dead, because a stale entry of the cache must not find
/// it by its flow key alone; its keys and masks stand in its `FlowRecord`. Worker's thread only.
struct DeepClassifier {
  private var tables: UnsafeMutablePointer<SubtablePointer>
  private(set) var count = 0
  private var capacity = 4

  init() { tables = .allocate(capacity: capacity) }

  /// Frees the subtables; their flows must be gone.
  func destroy() {
    for i in 0..<count { Subtable.destroy(tables[i]) }
    tables.deallocate()
  }

  /// The flow that a packet matches.
  @inline(never)
  mutating func find(
    _ long: UnsafeMutablePointer<LongKey>, _ kernels: UnsafePointer<pb_kernels>
  ) -> FlowPointer? {
    var i = 0
    while i < count {
      let table = tables[i]
      let hash = DeepClassifier.hash(long.key, long.deep, table.mask, table.deepMask, kernels)
      if let flow = table.findDeep(long, hash) {
        table.pointee.hits &+= 1
        return flow
      }
      i &+= 1
    }
    return nil
  }

  /// The flow that has these masked keys and masks.
  func exact(
    _ record: UnsafeMutablePointer<FlowRecord>, _ kernels: UnsafePointer<pb_kernels>
  ) -> FlowPointer? {
    guard let table = table(record) else { return nil }
    return table.findDeep(record.long, DeepClassifier.hash(record, kernels))
  }

  /// Adds a flow that is not there yet.
  mutating func insert(
    _ flow: FlowPointer, _ kernels: UnsafePointer<pb_kernels>,
    _ supply: UnsafeMutablePointer<MemorySupply>
  ) {
    guard let record = flow.pointee.record else { return }
    let table = self.table(record) ?? addTable(record)
    table.pointee.insert(
      flow, DeepClassifier.hash(record, kernels), kernels: kernels.pointee, supply: supply)
  }

  mutating func remove(_ flow: FlowPointer, _ kernels: UnsafePointer<pb_kernels>) {
    guard let record = flow.pointee.record, let table = table(record) else { return }
    table.pointee.remove(flow, DeepClassifier.hash(record, kernels))
    guard table.pointee.flowCount == 0 else { return }
    var kept = 0
    for i in 0..<count where tables[i] != table {
      tables[kept] = tables[i]
      kept += 1
    }
    count = kept
    Subtable.destroy(table)
  }

  /// Removes all flows, giving each to `body`.
  mutating func removeAll(_ body: (FlowPointer) -> Void) {
    for i in 0..<count {
      tables[i].pointee.forEach(body)
      Subtable.destroy(tables[i])
    }
    count = 0
  }

  private func table(_ record: UnsafeMutablePointer<FlowRecord>) -> SubtablePointer? {
    for i in 0..<count
    where tables[i].pointee.mask == record.pointee.mask
      && tables[i].pointee.deepMask == record.pointee.deepMask
    {
      return tables[i]
    }
    return nil
  }

  private mutating func addTable(_ record: UnsafeMutablePointer<FlowRecord>) -> SubtablePointer {
    if count == capacity {
      let bigger = UnsafeMutablePointer<SubtablePointer>.allocate(capacity: capacity * 2)
      bigger.update(from: tables, count: count)
      tables.deallocate()
      tables = bigger
      capacity *= 2
    }
    let table = Subtable.create(record.pointee.mask, deep: record.pointee.deepMask)
    tables[count] = table
    count += 1
    return table
  }

  // MARK: Hashes

  /// Of a flow's keys under its masks.
  static func hash(
    _ record: UnsafeMutablePointer<FlowRecord>, _ kernels: UnsafePointer<pb_kernels>
  ) -> UInt64 {
    let masks = record.longMask
    return hash(record.long.key, record.long.deep, masks.key, masks.deep, kernels)
  }

  @inline(__always)
  static func hash(
    _ key: UnsafePointer<FlowKey>, _ deep: UnsafePointer<DeepKey>,
    _ mask: UnsafePointer<FlowMask>, _ deepMask: UnsafePointer<DeepKey>,
    _ kernels: UnsafePointer<pb_kernels>
  ) -> UInt64 {
    let first = kernels.pointee.hash(key, mask)
    let (d, m) = (UnsafeRawPointer(deep), UnsafeRawPointer(deepMask))
    let second = kernels.pointee.hash(d, m)
    let third = kernels.pointee.hash(d + 64, m + 64)
    let sum = first &+ second &* 0x9e37_79b9_7f4a_7c15 &+ third &* 0xc2b2_ae3d_27d4_eb4f
    return sum ^ sum &>> 31
  }
}

extension UnsafeMutablePointer where Pointee == Subtable {
  @inline(__always) var mask: UnsafePointer<FlowMask> {
    UnsafeRawPointer(self).assumingMemoryBound(to: FlowMask.self)
  }
  @inline(__always) var deepMask: UnsafePointer<DeepKey> {
    (UnsafeRawPointer(self) + Subtable.deepMaskOffset).assumingMemoryBound(to: DeepKey.self)
  }

  /// The deep flow that the keys match.
  @inline(__always)
  func findDeep(_ long: UnsafeMutablePointer<LongKey>, _ hash: UInt64) -> FlowPointer? {
    pointee.array.findDeep(long, hash)
      ?? (pointee.oldLeft == 0 ? nil : pointee.old?.findDeep(long, hash))
  }
}

extension UnsafeMutablePointer where Pointee == FlowRecord {
  /// The masked keys.
  @inline(__always) var long: UnsafeMutablePointer<LongKey> {
    UnsafeMutableRawPointer(self).assumingMemoryBound(to: LongKey.self)
  }
  @inline(__always) var longMask: UnsafeMutablePointer<LongKey> {
    (UnsafeMutableRawPointer(self) + MemoryLayout<LongKey>.size)
      .assumingMemoryBound(to: LongKey.self)
  }

  /// Whether a packet matches both keys.
  @inline(__always) func matches(_ packet: UnsafeMutablePointer<LongKey>) -> Bool {
    let (k, v, m) = (
      UnsafeRawPointer(packet), UnsafeRawPointer(long), UnsafeRawPointer(longMask)
    )
    return pb_key_matches(k, v, m) != 0 && pb_key_matches(k + 64, v + 64, m + 64) != 0
      && pb_key_matches(k + 128, v + 128, m + 128) != 0
  }
}
