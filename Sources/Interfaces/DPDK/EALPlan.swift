import Runtime

/// How DPDK's environment (EAL) is to start: a pure function of `Open_vSwitch.other_config` and of
/// the machine.
///
/// The environment always starts, because every port's packets are in DPDK's buffers. With
/// `dpdk-init=true` (or `try`) it gets hugepages, cores and devices as the database says; without,
/// it is a small one that needs no privileges and sees no hardware. When there are not enough
/// hugepages for the wish, it starts without them and `losses` says what that costs: Open vSwitch
/// would end here.
///
/// `dpdk-extra` wins over what other keys or we would add.
public struct EALPlan: Equatable, Sendable {
  /// For `rte_eal_init`; the first is the program's name.
  public let arguments: [String]
  /// Whether the database wants DPDK: ports of type dpdk are possible.
  public let dpdkEnabled: Bool
  /// What the operator should know.
  public let losses: [String]
  /// Megabytes by NUMA node that are to be reserved when the switch works (`MemoryReserve`): what
  /// `--socket-mem` would take before.
  public let reserve: [Int]

  /// The machine: mebibytes of free hugepages, and the first core this process may use.
  public struct Machine: Equatable, Sendable {
    public var freeHugeMegabytes: Int
    public var firstCore: Int
    public init(freeHugeMegabytes: Int, firstCore: Int) {
      self.freeHugeMegabytes = freeHugeMegabytes
      self.firstCore = firstCore
    }
  }

  public init(_ other: [String: String], machine: Machine) {
    let enabled = ["true", "try"].contains((other["dpdk-init"] ?? "").lowercased())
    let extra = enabled ? Words.split(other["dpdk-extra"] ?? "") : []
    let later = enabled ? EALPlan.reserve(other, extra) : nil
    let asked = enabled ? EALPlan.memoryArguments(other, extra, allButReserve: later != nil) : []
    let wanted = EALPlan.megabytes(other, extra)
    let hugepages =
      enabled && !extra.contains("--no-huge") && machine.freeHugeMegabytes >= max(wanted, 32)
    var arguments = [Program.name] + extra
    if hugepages {
      arguments += asked
      if !extra.contains("--in-memory") && !extra.contains("--legacy-mem") {
        arguments.append("--in-memory")
      }
    } else {
      arguments += EALPlan.withoutHugepages(extra, megabytes: enabled ? max(wanted, 512) : 128)
      if !enabled { arguments += ["--no-pci", "--no-telemetry"] }
    }
    arguments += EALPlan.coreArguments(enabled ? other : [:], extra, machine)
    self.arguments = arguments
    reserve = hugepages ? later ?? [] : []
    dpdkEnabled = enabled
    losses =
      enabled && !hugepages && !extra.contains("--no-huge")
      ? [
        "DPDK wants \(max(wanted, 32)) MB of hugepages and \(machine.freeHugeMegabytes) MB are "
          + "free: starting without hugepages. Packets cost more TLB misses, and physical NICs will "
          + "not work (see vm.nr_hugepages)."
      ] : []
  }

  /// DPDK refuses `--in-memory` beside `--no-huge`; `--no-shconf` is the half of it that matters.
  private static func withoutHugepages(_ extra: [String], megabytes: Int) -> [String] {
    var a = ["--no-huge", "--no-shconf"].filter { !extra.contains($0) }
    if !extra.contains("-m") { a += ["-m", String(megabytes)] }
    return a
  }

  /// `dpdk-socket-mem`, if it is the word that counts and memory can grow; EAL complains of nonsense.
  private static func reserve(_ other: [String: String], _ extra: [String]) -> [Int]? {
    let inTheWay = ["-m", "--socket-mem", "--legacy-mem"]
    guard let text = other["dpdk-socket-mem"], !extra.contains(where: inTheWay.contains),
      (other["dpdk-alloc-mem"] ?? "").isEmpty
    else { return nil }
    let fields = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    return fields.allSatisfy { $0 != nil } ? fields.map { min(max($0 ?? 0, 0), 1 << 30) } : nil
  }

  private static func memoryArguments(
    _ other: [String: String], _ extra: [String], allButReserve: Bool
  ) -> [String] {
    let options = [
      ("dpdk-alloc-mem", "-m"), ("dpdk-socket-mem", "--socket-mem"),
      ("dpdk-socket-limit", "--socket-limit"), ("dpdk-hugepage-dir", "--huge-dir"),
    ]
    var arguments: [String] = []
    for (key, option) in options {
      guard let value = other[key], !value.isEmpty, !extra.contains(option) else { continue }
      if option == "--socket-mem" && allButReserve { continue }
      // -m and --socket-mem exclude each other; the more general one wins, as in OVS.
      if option == "--socket-mem" && (arguments + extra).contains("-m") { continue }
      arguments += [option, value]
    }
    return arguments
  }

  /// The memory that is asked for, over all NUMA nodes.
  private static func megabytes(_ other: [String: String], _ extra: [String]) -> Int {
    func value(_ option: String, _ key: String) -> String? {
      if let i = extra.firstIndex(of: option), i + 1 < extra.count { return extra[i + 1] }
      return other[key]
    }
    let text = value("-m", "dpdk-alloc-mem") ?? value("--socket-mem", "dpdk-socket-mem") ?? ""
    return text.split(separator: ",").reduce(0) { $0 + min(max(Int($1) ?? 0, 0), 1 << 30) }
  }

  private static func coreArguments(
    _ other: [String: String], _ extra: [String], _ machine: Machine
  ) -> [String] {
    if extra.contains(where: { ["-c", "-l", "--lcores"].contains($0) }) { return [] }
    if let mask = other["dpdk-lcore-mask"], !mask.isEmpty { return ["-c", mask] }
    return ["-l", String(machine.firstCore)]
  }
}

/// Splits a command line as a shell would: blanks separate, quotes and backslashes protect.
enum Words {
  static func split(_ text: String) -> [String] {
    var words: [String] = []
    var word: [UInt8]?
    var quote: UInt8?
    var escaped = false
    for c in text.utf8 {
      if escaped {
        word = (word ?? []) + [c]
        escaped = false
      } else if c == UInt8(ascii: "\\") && quote != UInt8(ascii: "'") {
        escaped = true
      } else if c == quote {
        quote = nil
      } else if quote == nil && (c == UInt8(ascii: "'") || c == UInt8(ascii: "\"")) {
        quote = c
        word = word ?? []
      } else if quote == nil && [0x20, 0x09, 0x0a, 0x0d].contains(c) {
        if let done = word { words.append(String(decoding: done, as: UTF8.self)) }
        word = nil
      } else {
        word = (word ?? []) + [c]
      }
    }
    if let last = word { words.append(String(decoding: last, as: UTF8.self)) }
    return words
  }
}
