import Fields
import OpenFlow
import Runtime

private let log = Log("in_band")
private let routes = LogRateLimit(60, 60)

/// Keeps the way to the controllers open when it leads through the bridge itself.
///
/// Whatever flows a controller installs, these hidden ones stand above them: DHCP of the bridge's own
/// port, ARP from and to that port, the controllers and the next hop on the way to them, and the TCP
/// connections. They do what a switch does without a controller. (The design is that of OVS; see "In-
/// Band Control" in its documentation.) Control thread.
final class InBand {
  /// A controller's, or a manager's, address.
  struct Remote: Hashable {
    let address: UInt32
    let port: UInt16
  }

  private struct Neighbour {
    var address: EthernetAddress?
    var refresh: Int64 = .min
  }

  private unowned let service: OpenFlowService
  var remotes: [Remote] = [] {
    didSet { if remotes != oldValue { neighbours = [:] } }
  }
  /// The queue that these flows use; nil for the port's default.
  var queue: UInt32?
  private var neighbours: [Remote: Neighbour] = [:]

  init(_ service: OpenFlowService) { self.service = service }

  var isActive: Bool { !remotes.isEmpty }

  /// Call it about once a second.
  func run() {
    refresh()
    let local = service.bridge.ports[OpenFlowPort.local]?.macAddress ?? .zero
    service.bridge.setHiddenFlows(.inBand, flows(local: local))
  }

  /// Asks who the next hops are: every ten seconds, or every second while it is not known.
  private func refresh() {
    let now = service.now
    for remote in remotes where now >= neighbours[remote]?.refresh ?? .min {
      var neighbour = Neighbour()
      switch service.hardware?.nextHop(to: remote.address, from: service.bridge.name) {
      case .noRoute(let reason)?:
        log.warnRL(
          routes,
          "\(service.bridge.name): cannot find route for controller "
            + "(\(IPv4Text.format(remote.address))): \(reason)")
      case .unknown?, nil: break
      case .known(let address)?:
        if let old = neighbours[remote]?.address, old != address {
          log.dbg(
            "\(service.bridge.name): remote MAC address changed from \(old) to \(address)")
        }
        neighbour.address = address
      }
      neighbour.refresh = now &+ (neighbour.address == nil ? 1000 : 10_000)
      neighbours[remote] = neighbour
    }
  }

  // MARK: Flows

  private func flows(local: EthernetAddress) -> [HiddenFlow] {
    var texts: [(priority: Int, match: String)] = []
    if !remotes.isEmpty, local != .zero {
      texts += [
        (180_000, "in_port=65534,udp,dl_src=\(local),tp_src=68,tp_dst=67"),
        (180_001, "arp,dl_dst=\(local),arp_op=2"), (180_002, "arp,dl_src=\(local),arp_op=1"),
      ]
    }
    for hop in Set(remotes.compactMap { neighbours[$0]?.address }).sorted() {
      texts += [(180_003, "arp,dl_dst=\(hop),arp_op=2"), (180_004, "arp,dl_src=\(hop),arp_op=1")]
    }
    for address in Set(remotes.map(\.address)).sorted().map(IPv4Text.format) {
      texts += [
        (180_005, "arp,arp_tpa=\(address),arp_op=2"), (180_006, "arp,arp_spa=\(address),arp_op=1"),
      ]
    }
    for remote in remotes {
      let address = IPv4Text.format(remote.address)
      texts += [
        (180_007, "tcp,nw_dst=\(address),tp_dst=\(remote.port)"),
        (180_008, "tcp,nw_src=\(address),tp_src=\(remote.port)"),
      ]
    }
    return texts.compactMap { priority, match in
      // Our own text: it can be read.
      guard let flow = try? FlowText.parse(match + ",actions=" + actions) else { return nil }
      return HiddenFlow(flow.match, priority: priority, flow.actions)
    }
  }

  private var actions: String { (queue.map { "set_queue:\($0)," } ?? "") + "NORMAL" }
}
