import CDPDKShim
import Fields

/// The megaflows of one port that have the same mask, in a hash table (`BucketArray`).
///
/// A table that grows does so step by step, so that no packet waits for it: each flow that comes moves
/// a few buckets of the old array to the new one (`Subtable+Grow`); meanwhile both are searched.
///
/// The mask is the first member: a flow's mask pointer is also the pointer to its subtable.
/// Worker's thread only; memory is taken and given back on the mailbox path, never per packet.
struct Subtable {
  var mask: FlowMask
  var array = BucketArray(count: 2)
  var flowCount = 0
  /// Hits since the classifier was sorted last.
  var hits: UInt64 = 0
  /// Buckets of `old` whose flows are not in `array` yet: the last ones. Without any, there is no `old`.
  var oldLeft = 0
  /// Whether it is one of a `DeepClassifier`, and then the mask over deep keys.
  private let isDeep: Bool
  var old: BucketArray?
  private let pad: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
  let deepMask: DeepKey

  static var deepMaskOffset: Int { 192 }

  /// A table with room for a few flows; on a cache line of its own.
  static func create(
    _ mask: FlowMask, deep deepMask: DeepKey? = nil
  ) -> UnsafeMutablePointer<Subtable> {
    let table = allocateLines(Subtable.self, count: 1)
    table.initialize(to: Subtable(mask: mask, deepMask))
    return table
  }

  static func destroy(
    _ table: UnsafeMutablePointer<Subtable>, _ supply: UnsafeMutablePointer<MemorySupply>? = nil
  ) {
    table.pointee.array.free(supply)
    table.pointee.old?.free(supply)
    table.deallocate()
  }

  private init(mask: FlowMask, _ deepMask: DeepKey?) {
    self.mask = mask
    isDeep = deepMask != nil
    self.deepMask = deepMask ?? DeepKey()
  }

  /// The flow that the key matches. (Mutating, as what it calls: else each call copies the table.)
  @inline(__always)
  mutating func find(_ key: UnsafePointer<FlowKey>, _ hash: UInt64) -> FlowPointer? {
    array.find(key, hash) ?? (oldLeft == 0 ? nil : findOld(key, hash))
  }

  @inline(never)
  private mutating func findOld(_ key: UnsafePointer<FlowKey>, _ hash: UInt64) -> FlowPointer? {
    old?.find(key, hash)
  }

  /// Adds a flow that is not there yet, in a number of steps that does not depend on how many there are.
  mutating func insert(
    _ flow: FlowPointer, _ hash: UInt64, kernels: pb_kernels,
    supply: UnsafeMutablePointer<MemorySupply>? = nil
  ) {
    growIfNeeded(kernels, supply)
    array.place(flow, hash)
    flowCount += 1
  }

  mutating func remove(_ flow: FlowPointer, _ hash: UInt64) {
    guard array.remove(flow, hash) || old?.remove(flow, hash) == true else { return }
    flowCount -= 1
  }

  func forEach(_ body: (FlowPointer) -> Void) {
    array.forEach(body)
    old?.forEach(body)
  }

  /// The hash of a flow of this table.
  func hash(of flow: FlowPointer, _ kernels: pb_kernels) -> UInt64 {
    guard isDeep, let record = flow.pointee.record else {
      return kernels.hash(flow, flow.pointee.mask)
    }
    return withUnsafePointer(to: kernels) { DeepClassifier.hash(record, $0) }
  }
}

typealias SubtablePointer = UnsafeMutablePointer<Subtable>
