import Datapath
import Fields
import Runtime

/// What control commands say of the megaflows. Any thread.
extension Megaflows {
  /// What `dpctl/dump-flows` shows.
  public struct DumpOptions {
    public var verbose = false
    /// Names of ports instead of numbers; `verbose` shows them anyway.
    public var names = false
    /// Only flows that came in on ports of this bridge.
    public var bridge: Bridge?
    /// Only flows of this worker.
    public var worker: Int?
    /// Only flows that this accepts.
    public var filter: ((FlowKey, FlowMask) -> Bool)?
    public init() {}
  }

  /// The flows, one per line, of one worker after the other. `heading` gives the line above a
  /// worker's flows (`flow-dump from the main thread:`), nil for none.
  public func dump(_ options: DumpOptions, heading: (Int) -> String?) -> String {
    let flows = store.withLock { $0.flows.values }.filter { selects($0, options) }
    var text = ""
    for (worker, own) in Dictionary(grouping: flows, by: \.handle.worker).sorted(by: {
      $0.key < $1.key
    }) {
      if let heading = heading(worker) { text += heading + "\n" }
      for flow in own.sorted(by: { $0.number < $1.number }) { text += line(flow, options) + "\n" }
    }
    return text
  }

  /// One flow by its identifier, as `dpctl/get-flow` shows it.
  public func flow(named identifier: String) -> String? {
    var options = DumpOptions()
    options.verbose = true
    let all = store.withLock { $0.flows.values }
    let found = all.first { $0.identifier == identifier && selects($0, options) }
    return found.map { line($0, options) }
  }

  private func selects(_ flow: Megaflow, _ options: DumpOptions) -> Bool {
    if flow.isDying || flow.handle.state == .removed { return false }
    if let worker = options.worker, worker != flow.handle.worker { return false }
    if let bridge = options.bridge,
      pipeline.port(datapathPort: flow.packetKey.inPort)?.bridge !== bridge
    {
      return false
    }
    return options.filter?(flow.packetKey, flow.handle.mask) ?? true
  }

  /// Two commands show flows, and scripts read both: `dpif/dump-flows` puts no comma behind the
  /// identifier and does not name the datapath.
  private func line(_ flow: Megaflow, _ options: DumpOptions) -> String {
    let names: ((PortNumber) -> String?)? =
      options.names || options.verbose
      ? { [pipeline] in pipeline.port(datapathPort: $0)?.name } : nil
    let statistics = flow.hits
    var text = options.verbose ? "ufid:\(flow.identifier)\(options.bridge == nil ? "," : "") " : ""
    text += DatapathFlowText.format(
      Flow(flow.packetKey, flow.packetDeep), mask: Flow(flow.handle.mask, flow.handle.deepMask),
      verbose: options.verbose, portName: names)
    text += ", packets:\(statistics.packets), bytes:\(statistics.bytes), used:"
    text += used(statistics.used)
    if statistics.tcpFlags != 0 { text += ", flags:\(TCPFlags.letters(statistics.tcpFlags))" }
    if options.verbose && options.bridge == nil { text += ", dp:ovs" }
    let actions = store.withLock { _ in flow.translation.actions }
    return text + ", actions:"
      + DatapathActionText.format(
        actions, portName: names,
        userspace: { [pipeline] in pipeline.punts.target($0)?.text($0, isSent: true) })
  }

  private func used(_ time: Int64) -> String {
    guard time > 0 else { return "never" }
    let age = max(0, pipeline.now() - time)
    let fraction = String(age % 1000)
    return "\(age / 1000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction)s"
  }

  /// `upcall/show`. `revalidator` is the number in the name of the thread.
  public func upcallText(datapath: String, revalidator: Int) -> String {
    let (current, average, maximum, limit, duration) = store.withLock {
      ($0.flows.count, $0.average, $0.maximum, $0.settings.flowLimit, $0.duration)
    }
    return """
      \(datapath):
        flows         : (current \(current)) (avg \(Int(average))) (max \(maximum)) (limit \(limit))
        dump duration : \(duration)ms
        ufid enabled : true

        \(revalidator): (keys \(current))

      """
  }
}

extension Megaflow {
  /// The traffic that found the flow there.
  fileprivate var hits: FlowHandle.Statistics {
    var all = handle.statistics
    all.bytes -= min(all.bytes, firstLength)
    if all.packets <= firstPackets { return FlowHandle.Statistics() }
    all.packets -= firstPackets
    return all
  }

  /// A number of 128 bits in the notation of OVS's flow identifiers, made from key and mask.
  var identifier: String {
    var high: UInt64 = 0x9e37_79b9_7f4a_7c15
    var low: UInt64 = 0xc2b2_ae3d_27d4_eb4f
    func mix(_ key: FlowKey) {
      for word in [key.w0, key.w1, key.w2, key.w3, key.w4, key.w5, key.w6, key.w7] {
        high = (high ^ word) &* 0x0000_0100_0000_01b3
        low = (low ^ word.byteSwapped) &* 0xff51_afd7_ed55_8ccd
        high ^= high >> 29
        low ^= low >> 33
      }
    }
    mix(handle.key)
    mix(handle.mask)
    if !handle.deepMask.isZero {
      for key in [Flow(FlowKey(), handle.deepKey), Flow(FlowKey(), handle.deepMask)] {
        for index in stride(from: Flow.Offset.headers / 8, to: Flow.Offset.tunnel / 8, by: 1) {
          high = (high ^ key.word(index)) &* 0x0000_0100_0000_01b3
          low = (low ^ key.word(index).byteSwapped) &* 0xff51_afd7_ed55_8ccd
        }
      }
    }
    let digits = [high, low].map { word in
      let text = String(word, radix: 16)
      return String(repeating: "0", count: 16 - text.count) + text
    }.joined()
    var text = ""
    for (index, digit) in digits.enumerated() {
      if [8, 12, 16, 20].contains(index) { text += "-" }
      text.append(digit)
    }
    return text
  }
}
