import OpenFlow

/// How a "select" group chooses among its buckets, as OVS does it.
///
/// The usual way is a hash that the datapath computes (`dp_hash`): its low bits index a table in
/// which every bucket has places in proportion to its weight. So a megaflow is needed per place, not
/// per connection. When the weights need more than 256 places, or when the controller asked for
/// certain fields (`hash`), the hash is computed in translation, and the megaflow matches what went
/// into it.
enum GroupChoice {
  /// A symmetric hash of addresses, VLAN and, but for UDP, ports.
  case flowHash
  /// A hash of the fields that the group names.
  case fields
  case datapathHash(DatapathHash)

  struct DatapathHash {
    /// Index of a bucket by masked hash; a power of two of them.
    let table: [Int]
    let algorithm: UInt8
    let basis: UInt32

    var mask: UInt32 { UInt32(table.count - 1) }
  }

  private static let symmetricL4: UInt8 = 1

  init(_ buckets: [GroupBucket], _ selection: GroupSelection) {
    let table = selection.method == "hash" ? nil : Self.table(buckets)
    guard let table else {
      self = selection.fields.isEmpty ? .flowHash : .fields
      return
    }
    guard !selection.method.isEmpty else {
      self = .datapathHash(DatapathHash(table: table, algorithm: Self.symmetricL4, basis: 0))
      return
    }
    let algorithm = UInt32(truncatingIfNeeded: selection.parameter >> 32)
    self = .datapathHash(
      DatapathHash(
        table: table, algorithm: algorithm <= UInt32(Self.symmetricL4) ? UInt8(algorithm) : 0,
        basis: UInt32(truncatingIfNeeded: selection.parameter)))
  }

  /// Gives the least weight at least one of 16 to 256 places, and every other bucket its share:
  /// place after place goes to the bucket with the greatest weight per place it would have (Webster's
  /// method). Nil when there is nothing to share, or 256 places are too few.
  private static func table(_ buckets: [GroupBucket]) -> [Int]? {
    let weights = buckets.map { UInt64($0.weight) }
    let total = weights.reduce(0, +)
    guard let least = weights.filter({ $0 > 0 }).min() else { return nil }
    let needed = (total + least - 1) / least
    guard needed <= 256 else { return nil }
    var size = 16
    while size < Int(needed) { size *= 2 }
    var quotients = weights.map { Double($0) }
    var divisors = [Double](repeating: 1, count: weights.count)
    return (0..<size).map { _ in
      var winner = 0
      for index in quotients.indices where quotients[index] > quotients[winner] { winner = index }
      divisors[winner] += 2
      quotients[winner] = Double(weights[winner]) / divisors[winner]
      return winner
    }
  }
}
