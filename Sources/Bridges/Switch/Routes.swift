import Fields
import Glibc
import OpenFlow
import Pipeline
import Runtime

/// What this host knows of the way to other hosts: the kernel's IPv4 routes and neighbours, as
/// `/proc/net/route` and `/proc/net/arp` list them.
enum Routes {
  static func nextHop(to address: UInt32) -> NextHop {
    let routes = lines("/proc/net/route").compactMap(Route.init)
    return nextHop(to: address, routes, neighbours: lines("/proc/net/arp"))
  }

  static func nextHop(to address: UInt32, _ routes: [Route], neighbours: [String]) -> NextHop {
    // The longest prefix wins, then the lowest metric.
    let candidates = routes.filter { $0.isUp && address & $0.mask == $0.destination }
    guard let route = candidates.max(by: { ($0.mask, $1.metric) < ($1.mask, $0.metric) }) else {
      return .noRoute(errorText(ENXIO))
    }
    let hop = IPv4Text.format(route.gateway == 0 ? address : route.gateway)
    for line in neighbours {
      let words = line.split(separator: " ")
      guard words.count >= 6, words[0] == hop, words[5] == route.device else { continue }
      if let found = EthernetAddress(words[3]), found != .zero { return .known(found) }
    }
    return .unknown
  }

  /// A line of `/proc/net/route`.
  struct Route: Equatable {
    let device: String
    let destination: UInt32
    let gateway: UInt32
    let isUp: Bool
    let metric: Int
    let mask: UInt32

    init?(_ line: String) {
      let words = line.split(whereSeparator: { $0 == "\t" || $0 == " " })
      guard words.count >= 8, let destination = UInt32(words[1], radix: 16),
        let gateway = UInt32(words[2], radix: 16), let flags = Int(words[3], radix: 16),
        let metric = Int(words[6]), let mask = UInt32(words[7], radix: 16)
      else { return nil }
      device = String(words[0])
      // As the host keeps them in memory.
      self.destination = UInt32(bigEndian: destination)
      self.gateway = UInt32(bigEndian: gateway)
      self.mask = UInt32(bigEndian: mask)
      self.metric = metric
      isUp = flags & 1 != 0
    }
  }

  private static func lines(_ path: String) -> [String] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return [] }
    defer { close(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16384)
    while bytes.count < 1 << 20 {
      let count = read(file, &chunk, chunk.count)
      guard count > 0 else { break }
      bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}
