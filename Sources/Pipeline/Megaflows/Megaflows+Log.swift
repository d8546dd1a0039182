import Datapath
import Fields
import Runtime

private let log = Log("ofproto_dpif_xlate")
private let loopLimit = LogRateLimit(1, 5)
private let loops = Coverage.counter("patch_port_loop")
private let errorLimit = LogRateLimit(1, 5)

extension Megaflows {
  /// Tells the log what a translation ran into. At most so often: packets cause it.
  func report(_ translation: Translation, of key: FlowKey) {
    for case .loop(let port) in translation.effects {
      loops.hit()
      log.warnRL(
        loopLimit,
        "bridge \(port.bridge.name): loop of patch ports: packet came in on \(port.name) "
          + "(peer \(port.peer?.name ?? "none")) a second time, dropping this copy")
    }
    guard let error = translation.error else { return }
    let flow = DatapathFlowText.format(key, mask: translation.mask) { [pipeline] in
      pipeline.datapathPorts[$0]?.name
    }
    log.warnRL(errorLimit, "\(error.report) while processing \(flow)")
  }
}
