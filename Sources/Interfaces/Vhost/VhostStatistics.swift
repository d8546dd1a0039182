import Datapath

/// librte_vhost's counters of a port's rings, by its names (`rx_q0_good_packets`), and their sums under the names that OVS gives them.
enum VhostStatistics {
  /// What the library calls a ring's counter of packets by size, and what the sum over all queues is
  /// called. (The library counts frames of 64 bytes and fewer apart.)
  private static let sums = [
    "undersize_packets": "1_to_64_packets", "size_64_packets": "1_to_64_packets",
    "size_65_127_packets": "65_to_127_packets", "size_128_255_packets": "128_to_255_packets",
    "size_256_511_packets": "256_to_511_packets", "size_512_1023_packets": "512_to_1023_packets",
    "size_1024_1518_packets": "1024_to_1522_packets",
    "size_1519_max_packets": "1523_to_max_packets",
    "multicast_packets": "multicast_packets", "broadcast_packets": "broadcast_packets",
  ]

  static func read(_ port: VhostPort) -> [String: UInt64] {
    var values: [String: UInt64] = [:]
    for ring in 0..<(port.description?.ringSizes.count ?? 0) {
      // Named from our side: the ring that the guest receives from is a "tx" queue.
      let direction = ring % 2 == 0 ? "tx" : "rx"
      let prefix = "\(direction)_q\(ring / 2)_"
      for (name, value) in port.statistics(ring: ring) where name.hasPrefix(prefix) {
        values[name] = value
        if let sum = sums[String(name.dropFirst(prefix.count))] {
          values["\(direction)_\(sum)", default: 0] &+= value
        }
      }
    }
    return values
  }
}
