import CDPDKShim
import Fields
import Testing

@testable import Datapath

/// Tables that grow step by step: nothing is lost on the way, and no step is long.
struct SubtableTests {
  private let kernels: pb_kernels
  private var slab = FlowSlab(huge: false)
  private let table: SubtablePointer

  init() throws {
    var kernels = pb_kernels()
    try #require(pb_kernels_select(nil, &kernels) == 0)
    self.kernels = kernels
    var mask = FlowMask()
    mask.ipv4Src = .max
    mask.inPort = .max
    table = Subtable.create(mask)
  }

  private func destroy() {
    Subtable.destroy(table)
    slab.destroy()
  }

  private mutating func add(_ n: UInt32, _ supply: UnsafeMutablePointer<MemorySupply>? = nil) throws
    -> FlowPointer
  {
    let taken = slab.take()
    let flow = try #require(taken)
    flow.pointee.key.inPort = 1
    flow.pointee.key.ipv4Src = n
    flow.pointee.mask = table.mask
    table.pointee.insert(
      flow, kernels.hash(flow, table), kernels: kernels, supply: supply)
    return flow
  }

  private func finds(_ flow: FlowPointer) -> Bool {
    let key = UnsafeRawPointer(flow).assumingMemoryBound(to: FlowKey.self)
    return table.pointee.find(key, kernels.hash(flow, table)) == flow
  }

  @Test mutating func nothingIsLostWhileTablesGrow() throws {
    defer { destroy() }
    var flows: [FlowPointer] = []
    var wasMoving = false
    for n in 0..<5000 {
      flows.append(try add(UInt32(n)))
      wasMoving = wasMoving || table.pointee.oldLeft > 0
      // Some go while the table moves.
      if n % 3 == 0 {
        let flow = flows.remove(at: n / 2 % flows.count)
        table.pointee.remove(flow, kernels.hash(flow, table))
        #expect(!finds(flow))
        slab.release(flow)
      }
      if n % 97 == 0 { #expect(flows.allSatisfy(finds)) }
    }
    #expect(wasMoving && flows.allSatisfy(finds))
    #expect(table.pointee.flowCount == flows.count)
    var count = 0
    func tally(_: FlowPointer) { count += 1 }
    table.pointee.forEach(tally)
    #expect(count == flows.count)
  }

  /// With memory from the control side, no insertion moves more than a few buckets or maps pages.
  @Test mutating func noInsertionIsLong() throws {
    let supply = UnsafeMutablePointer<MemorySupply>.allocate(capacity: 1)
    supply.initialize(to: MemorySupply())
    defer {
      destroy()
      supply.pointee.destroy()
      supply.deallocate()
    }
    var left = 0
    var buckets = 2
    var growths = 0
    for n in 0..<150_000 {
      _ = try add(UInt32(n), supply)
      supply.pointee.serve()
      let moved = table.pointee.array.count != buckets ? buckets : left
      if table.pointee.array.count != buckets { growths += 1 }
      #expect(moved - table.pointee.oldLeft <= Subtable.step)
      (left, buckets) = (table.pointee.oldLeft, table.pointee.array.count)
    }
    // 2, 8, ... 131072 buckets, none of them late.
    #expect(growths == 8 && buckets == 131_072)
  }

  /// Without any, tables grow late, but they do.
  @Test mutating func tablesGrowWithoutSupply() throws {
    let supply = UnsafeMutablePointer<MemorySupply>.allocate(capacity: 1)
    supply.initialize(to: MemorySupply())
    defer {
      destroy()
      supply.deallocate()
    }
    for n in 0..<100_000 { _ = try add(UInt32(n), supply) }
    #expect(table.pointee.flowCount == 100_000 && table.pointee.array.count >= 32_768)
  }

  @Test func pausesAreCounted() {
    var counters = PauseCounters()
    defer { counters.destroy() }
    for _ in 0..<99 { counters.count(1000) }
    counters.count(100_000)
    let histogram = PauseHistogram(
      counts: (0..<PauseCounters.places).map { counters.counts[$0] }, longest: counters.longest,
      cyclesPerMicrosecond: 1000)
    #expect(histogram.rounds == 100 && histogram.longestMicroseconds == 100)
    #expect(histogram.quantile(0.5) == 1.024 && histogram.quantile(1) == 100)
  }
}
