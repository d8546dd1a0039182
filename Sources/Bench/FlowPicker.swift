/// Says which flow's turn it is: each in its turn, or drawn with the weights 1, 1/2, 1/3, ... (Zipf).
///
/// Draws use an alias table (Walker, Vose): a column for each flow, holding that flow and one other,
/// so a draw is one random number and one look into memory whatever the number of flows is.
struct FlowPicker {
  private let flows: UInt32
  private var next: UInt32
  /// Per column the share of the column's own flow (upper 32 bits, of 2^32 - 1) and the other flow.
  private let columns: UnsafeMutablePointer<UInt64>?
  private var state: UInt64

  /// - Parameters:
  ///   - columns: of `makeColumns`, outliving this; nil: flows take turns.
  ///   - index: of the generator, among `generators`: they start at different flows and numbers.
  init(flows: Int, columns: UnsafeMutablePointer<UInt64>?, index: Int, of generators: Int) {
    self.flows = UInt32(flows)
    self.columns = columns
    next = UInt32(flows * index / generators)
    state = UInt64(index) &* 0x9e37_79b9_7f4a_7c15 &+ 1
  }

  @inline(__always)
  mutating func pick() -> UInt32 {
    guard let columns else {
      let flow = next
      next = flow &+ 1 == flows ? 0 : flow &+ 1
      return flow
    }
    let random = draw()
    let column = UInt32(truncatingIfNeeded: (random >> 32 &* UInt64(flows)) >> 32)
    let entry = columns[Int(column)]
    let own = UInt32(truncatingIfNeeded: random) <= UInt32(truncatingIfNeeded: entry >> 32)
    return own ? column : UInt32(truncatingIfNeeded: entry)
  }

  /// SplitMix64.
  @inline(__always)
  private mutating func draw() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }

  /// The alias table of `flows` weights 1/n. The caller deallocates it.
  static func makeColumns(flows: Int) -> UnsafeMutablePointer<UInt64> {
    let columns = UnsafeMutablePointer<UInt64>.allocate(capacity: flows)
    let total = (1...flows).reduce(0.0) { $0 + 1 / Double($1) }
    var share = (1...flows).map { Double(flows) / Double($0) / total }
    var poor = share.indices.filter { share[$0] < 1 }
    var rich = share.indices.filter { share[$0] >= 1 }
    while let column = poor.popLast(), let giver = rich.last {
      columns[column] = entry(share: share[column], other: giver)
      share[giver] -= 1 - share[column]
      if share[giver] < 1 { poor.append(rich.removeLast()) }
      if rich.isEmpty { break }
    }
    // What rounding left over has its column for itself.
    for column in poor + rich { columns[column] = entry(share: 1, other: column) }
    return columns
  }

  private static func entry(share: Double, other: Int) -> UInt64 {
    UInt64(min(max(share, 0), 1) * Double(UInt32.max)) << 32 | UInt64(other)
  }
}
