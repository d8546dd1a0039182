import Datapath
import Fields
import Runtime

let patchType = InterfaceType(name: "patch") { request, _ in try PatchInterface(request) }

/// One end of a patch cable between two bridges: no device at all. The pipeline crosses it while it
/// translates, so there is nothing to poll, and what it counted is not in the datapath's counters;
/// this class only checks the options and lends the row a few columns.
///
/// The peer need not exist, and may be on any bridge: whether a pair is usable is the pipeline's
/// question, which changes whenever a port comes or goes.
final class PatchInterface: InterfaceDevice {
  let typeName = "patch"
  var configurationText: String { "peer=\(peer)" }
  let source: PacketSource? = nil
  private var peer = ""
  private let address = EthernetAddress.randomLocal()

  init(_ request: InterfaceRequest) throws { try configure(request) }

  func configure(_ request: InterfaceRequest) throws {
    guard let wanted = request.options["peer"], !wanted.isEmpty else {
      throw refusal(request, "patch type requires valid 'peer' argument")
    }
    guard request.options.count == 1 else {
      throw refusal(request, "patch type takes only a 'peer' argument")
    }
    guard wanted != request.name else { throw refusal(request, "patch peer must not be self") }
    peer = wanted
  }

  private func refusal(_ request: InterfaceRequest, _ why: String) -> TextError {
    log.warn("\(request.name): could not set configuration (Invalid argument)")
    return TextError("\(request.name): \(why)")
  }

  var status: InterfaceStatus {
    var s = InterfaceStatus()
    s.macAddress = address
    s.ifindex = 0
    s.adminUp = true
    return s
  }

  /// As OVS's names for a port that has only these; the caller has the pipeline's counts.
  func statistics(_ counters: PortCounters) -> [String: Int64] {
    [
      "rx_packets": Int64(clamping: counters.rxPackets),
      "rx_bytes": Int64(clamping: counters.rxBytes),
      "tx_packets": Int64(clamping: counters.txPackets),
      "tx_bytes": Int64(clamping: counters.txBytes),
    ]
  }

  func destroy() {}
}

extension EthernetAddress {
  /// A random unicast address with the locally administered bit.
  static func randomLocal() -> EthernetAddress {
    EthernetAddress(UInt64.random(in: 0...0xffff_ffff_ffff) & ~0x0100_0000_0000 | 0x0200_0000_0000)
  }
}
