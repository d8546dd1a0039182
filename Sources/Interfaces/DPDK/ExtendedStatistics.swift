import CDPDKShim

/// DPDK's extended statistics of a port, as far as the column `statistics` shows them: queues, and
/// what counts errors and drops.
enum ExtendedStatistics {
  static func read(_ port: UInt16) -> [String: UInt64] {
    let room = Int(pb_ethdev_xstats_count(port))
    guard room > 0, room < 1 << 16 else { return [:] }
    var found = [pb_xstat](repeating: pb_xstat(), count: room)
    let count = pb_ethdev_xstats(port, &found, UInt32(room))
    var statistics: [String: UInt64] = [:]
    for entry in found.prefix(max(0, Int(count))) {
      let name = withUnsafeBytes(of: entry.name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if isInteresting(name) { statistics[name] = entry.value }
    }
    return statistics
  }

  static func isInteresting(_ name: String) -> Bool {
    isOfQueue(name) || name.hasSuffix("_errors") || name.hasSuffix("_dropped")
      || name.utf8.split(separator: UInt8(ascii: "_")).contains {
        $0.elementsEqual("management".utf8)
      }
  }

  /// `rx_q0_packets`, `tx_q12_bytes`, ...
  private static func isOfQueue(_ name: String) -> Bool {
    let parts = name.split(separator: "_")
    return parts.count == 3 && (parts[0] == "rx" || parts[0] == "tx") && parts[1].first == "q"
      && parts[1].dropFirst().allSatisfy(\.isNumber)
      && ["packets", "bytes", "errors"].contains(parts[2])
  }
}
