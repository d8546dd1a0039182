import Datapath
import Pipeline
import Runtime

/// Settings of the whole switch: `Open_vSwitch.other_config` (ovs-vswitchd.conf.db(5)).
struct GlobalSettings: Equatable {
  /// Cores of `pmd-cpu-mask`; nil when not set: one core per NUMA node is chosen for DPDK ports.
  var pmdCores: [Int]?
  var megaflows = MegaflowSettings()
  /// Longest sleep of an idle PMD thread, in microseconds, 0 for none: `pmd-sleep-max`, or
  /// `pmd-maxsleep` as OVS 3.1 called it.
  var maximumSleep = 0

  init(_ other: [String: String]) {
    pmdCores = other["pmd-cpu-mask"].flatMap(Self.cores)
    let sleep = (other["pmd-sleep-max"] ?? other["pmd-maxsleep"]).flatMap { Int($0) } ?? 0
    maximumSleep = min(max(sleep, 0), 10_000)
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
    if sw.pipeline.megaflows.settings != megaflows { sw.pipeline.megaflows.settings = megaflows }
    sw.wantedCores = pmdCores
    sw.datapath.setMaximumSleep(microseconds: maximumSleep)
  }
}
