import Datapath
import Interfaces
import Pipeline
import Runtime

/// Settings of the whole switch: `Open_vSwitch.other_config` (ovs-vswitchd.conf.db(5)).
struct GlobalSettings: Equatable {
  /// Cores of `pmd-cpu-mask`; nil when not set: one core per NUMA node is chosen for DPDK ports.
  var pmdCores: [Int]?
  var megaflows = MegaflowSettings()
  var polling = PollSettings()
  var vhost: VhostDefaults

  init(_ other: [String: String]) {
    vhost = VhostDefaults(other)
    pmdCores = other["pmd-cpu-mask"].flatMap(Self.cores)
    polling = PollSettings(other)
    if let v = other["max-idle"].flatMap({ Int64($0) }) { megaflows.maxIdle = max(500, v) }
    if let v = other["max-revalidator"].flatMap({ Int64($0) }) {
      megaflows.maxRevalidator = max(100, v)
    }
    if let v = other["flow-limit"].flatMap({ Int($0) }) { megaflows.flowLimit = max(0, v) }
  }

  /// The set bits of a hexadecimal mask of any length; nil when it is none.
  static func cores(_ mask: String) -> [Int]? {
    let digits = mask.hasPrefix("0x") || mask.hasPrefix("0X") ? mask.dropFirst(2) : mask[...]
    guard !digits.isEmpty, digits.utf8.count <= 256 else { return nil }
    var cores: [Int] = []
    for (position, digit) in digits.reversed().enumerated() {
      guard digit.isASCII, let value = digit.hexDigitValue else { return nil }
      cores += (0..<4).filter { value >> $0 & 1 == 1 }.map { position * 4 + $0 }
    }
    return cores.isEmpty ? nil : cores
  }

  func apply(to sw: Switch) {
    var megaflows = megaflows
    // Said by a command, not by the database.
    megaflows.usesMasks = sw.pipeline.megaflows.settings.usesMasks
    if sw.pipeline.megaflows.settings != megaflows { sw.pipeline.megaflows.settings = megaflows }
    sw.wantedCores = pmdCores
    polling.logChanges(since: sw.pollSettings)
    sw.pollSettings = polling
    sw.settleWorkerOptions()
    sw.interfaces.vhostDefaults = vhost
  }
}
