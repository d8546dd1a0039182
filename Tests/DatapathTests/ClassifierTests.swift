import CDPDKShim
import Fields
import TestSupport
import Testing

@testable import Datapath

/// Cache and classifier against dictionaries, with random masks.
struct ClassifierTests {
  /// Flows keyed by (mask, masked key), and one lookup by trying every mask.
  struct Model {
    var tables: [FlowMask: [FlowKey: FlowPointer]] = [:]
    func find(_ key: FlowKey) -> Set<FlowPointer> {
      Set(tables.compactMap { mask, flows in flows[key & mask] })
    }
  }

  /// Few values per field, so that flows are hit and overlap.
  static func key(_ g: inout SplitMix) -> FlowKey {
    var k = FlowKey()
    k.inPort = 1
    k.ethDst = EthernetAddress(UInt64.random(in: 1...6, using: &g))
    k.ethType = [0x0800, 0x86dd].randomElement(using: &g) ?? 0
    k.ipProto = [6, 17].randomElement(using: &g) ?? 0
    k.ipv4Src = UInt32.random(in: 0..<40, using: &g)
    k.ipv4Dst = UInt32.random(in: 0..<40, using: &g)
    k.tpDst = UInt16.random(in: 0..<20, using: &g)
    return k
  }

  static func mask(_ g: inout SplitMix) -> FlowMask {
    var m = FlowKey.alwaysExact
    if Bool.random(using: &g) { m.ethDst = .broadcast }
    if Bool.random(using: &g) { m.ethType = .max }
    if Bool.random(using: &g) { m.ipv4Src = .max << UInt32.random(in: 0...6, using: &g) }
    if Bool.random(using: &g) { m.ipv4Dst = .max }
    if Bool.random(using: &g) { m.tpDst = .max }
    return m
  }

  @Test(arguments: [UInt64(1), 2, 3])
  func agreesWithDictionaries(seed: UInt64) throws {
    var g = SplitMix(seed: seed)
    var kernels = pb_kernels()
    try #require(pb_kernels_select(nil, &kernels) == 0)
    var classifier = Classifier()
    var slab = FlowSlab(huge: false)
    let supply = UnsafeMutablePointer<MemorySupply>.allocate(capacity: 1)
    supply.initialize(to: MemorySupply())
    var model = Model()
    let keys = allocateLines(FlowKey.self, count: 32)
    let hashes = allocateLines(UInt64.self, count: 32)
    let flows = allocateLines(FlowPointer?.self, count: 32)
    let masks = (0..<12).map { _ in Self.mask(&g) }
    var cache = try #require(FlowCache(entries: 64, huge: false))
    defer {
      classifier.removeAll { _ in }
      classifier.destroy()
      slab.destroy()
      supply.deallocate()
      cache.destroy()
      keys.deallocate()
      hashes.deallocate()
      flows.deallocate()
    }
    for round in 0..<3000 {
      if round % 3 == 0, let mask = masks.randomElement(using: &g), let slot = slab.take() {
        slot.pointee.key = Self.key(&g) & mask
        if classifier.exact(slot, mask: mask, kernels: kernels) != nil {
          #expect(model.tables[mask]?[slot.pointee.key] != nil)
          slab.release(slot)
        } else {
          #expect(model.tables[mask]?[slot.pointee.key] == nil)
          classifier.insert(slot, mask: mask, kernels: kernels)
          model.tables[mask, default: [:]][slot.pointee.key] = slot
        }
      }
      if round % 5 == 0, let (mask, flow) = model.tables.randomElement(using: &g),
        let (key, slot) = flow.randomElement(using: &g)
      {
        classifier.remove(slot, kernels: kernels)
        slab.release(slot)
        model.tables[mask]?[key] = nil
      }
      if round % 97 == 0 { classifier.keepHouse(kernels, supply) }
      for i in 0..<32 { keys[i] = Self.key(&g) }
      var lookups: UInt64 = 0
      let missing = withUnsafePointer(to: kernels) {
        classifier.find(
          .max, keys: keys, flows: flows, hashes: hashes, kernels: $0, lookups: &lookups)
      }
      for i in 0..<32 {
        let expected = model.find(keys[i])
        if missing & (1 << UInt32(i)) != 0 {
          #expect(expected.isEmpty)
        } else {
          #expect(flows[i].map(expected.contains) == true)
        }
        // Whatever the cache says after the masked comparison is right, stale entries included.
        let hash = kernels.hash(keys + i, classifier.unionMask)
        let bucket = cache.bucket(hash)
        var ways = pb_bucket_match(bucket, bucketTag(hash))
        while ways != 0 {
          let flow = bucket.flow(ways.trailingZeroBitCount >> 1)
          if pb_key_matches(keys + i, flow, flow.pointee.mask) != 0 {
            #expect(expected.contains(flow))
          }
          ways &= ways - 1
        }
        if missing & (1 << UInt32(i)) == 0, let flow = flows[i] {
          cache.insert(hash, flow)
          // The first entry with the tag is the one that the kernel looks at.
          let first = pb_bucket_match(bucket, bucketTag(hash)).trailingZeroBitCount >> 1
          #expect(bucket.flow(first) == flow)
        }
      }
    }
  }

  @Test func aTableOfManyFlowsFindsEachAndShrinksToNothing() throws {
    var kernels = pb_kernels()
    try #require(pb_kernels_select(nil, &kernels) == 0)
    var classifier = Classifier()
    var slab = FlowSlab(huge: false)
    defer {
      classifier.destroy()
      slab.destroy()
    }
    var mask = FlowKey.alwaysExact
    mask.ipv4Dst = .max
    var slots: [FlowPointer] = []
    for i in 0..<20_000 {
      guard let slot = slab.take() else { return }
      slot.pointee.key.inPort = 1
      slot.pointee.key.ipv4Dst = UInt32(i)
      classifier.insert(slot, mask: mask, kernels: kernels)
      slots.append(slot)
    }
    for slot in slots { #expect(classifier.exact(slot, mask: mask, kernels: kernels) == slot) }
    for slot in slots {
      classifier.remove(slot, kernels: kernels)
      slab.release(slot)
    }
    #expect(classifier.count == 0)
    #expect(classifier.unionMask.pointee.isZero)
  }
}
