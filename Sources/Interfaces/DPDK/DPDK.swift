import CDPDKShim
import Datapath
import Glibc
import Runtime

private let dpdkLog = Log("dpdk")

/// DPDK in this process: started once, when the first configuration is known. Control thread.
public enum DPDK {
  /// Whether the database asked for DPDK and it runs: the column `dpdk_initialized`.
  public private(set) static var isEnabled = false
  /// Megabytes by NUMA node that `reserveMemory` is to take.
  private static var reserve: [Int] = []
  /// The column `dpdk_version`, e.g. "DPDK 22.11.11".
  public static var version: String { String(cString: pb_dpdk_version()) }

  /// Starts the environment as `Open_vSwitch.other_config` says. When it has started before, only
  /// whether dpdk ports are possible may still change: memory and cores stay as they are.
  /// - Throws: `TextError` when there is no environment; then there can be no switch.
  public static func start(_ otherConfig: [String: String]) throws {
    let plan = EALPlan(otherConfig, machine: .this)
    if EAL.isInitialized { return enableLate(plan, otherConfig) }
    dpdkLog.info("Using \(version)")
    dpdkLog.info(
      plan.dpdkEnabled
        ? "DPDK Enabled - initializing..."
        : "DPDK Disabled - Use other_config:dpdk-init to enable")
    for loss in plan.losses { dpdkLog.warn(loss) }
    do {
      try initialize(plan.arguments, verbose: plan.dpdkEnabled)
      isEnabled = plan.dpdkEnabled
      reserve = plan.reserve
    } catch {
      guard plan.dpdkEnabled else { throw error }
      dpdkLog.err("Unable to initialize DPDK: \(error); only kernel devices will work")
      try initialize(EALPlan([:], machine: .this).arguments, verbose: false)
    }
    guard isEnabled else { return }
    setPoolModel(otherConfig)
    dpdkLog.info("DPDK Enabled - initialized")
  }

  private static func setPoolModel(_ otherConfig: [String: String]) {
    var remarks = PoolModel.Remarks()
    MempoolRegistry.shared.setModel(PoolModel(otherConfig, &remarks))
    for text in remarks.settings { dpdkPortLog.info(text) }
    for text in remarks.complaints { dpdkPortLog.warn(text) }
  }

  /// Takes the memory of `dpdk-socket-mem`, in a thread of its own. To be called when packets flow.
  public static func reserveMemory() {
    let wanted = reserve.enumerated().filter { $0.element > 0 }
    reserve = []
    guard !wanted.isEmpty else { return }
    startThread(named: "memory") {
      for (node, megabytes) in wanted {
        if MemoryReserve.fill(megabytes: megabytes, node: node) {
          dpdkLog.info("dpdk-socket-mem: reserved \(megabytes) MB on node \(node)")
        } else {
          dpdkLog.warn(
            "dpdk-socket-mem: there are not \(megabytes) MB of hugepages on node \(node)")
        }
      }
    }
  }

  /// - Parameter verbose: somebody asked for DPDK and wants to read how it starts; else only we use it.
  private static func initialize(_ arguments: [String], verbose: Bool) throws {
    if verbose { dpdkLog.info("EAL ARGS: \(arguments.joined(separator: " ")).") }
    do {
      try EAL.initialize(arguments: arguments) { line in
        dpdkLog.write(verbose ? level(pb_log_level()) : .dbg, { line })
      }
    } catch {
      throw TextError("\(error)")
    }
  }

  private static func enableLate(_ plan: EALPlan, _ otherConfig: [String: String]) {
    guard plan.dpdkEnabled, !isEnabled else { return }
    isEnabled = true
    setPoolModel(otherConfig)
    dpdkLog.warn(
      "dpdk-init was set after the start: DPDK ports work in the memory there is; restart the "
        + "daemon for hugepages and PCI devices")
  }

  /// Our level for a level of DPDK's: 1 to 3 are emergencies, 8 is debug.
  private static func level(_ level: Int32) -> LogLevel {
    switch level {
    case ...3: .emer
    case 4: .err
    case 5: .warn
    case 6, 7: .info
    default: .dbg
    }
  }
}

extension EALPlan.Machine {
  /// This machine, now.
  public static var this: EALPlan.Machine {
    EALPlan.Machine(freeHugeMegabytes: freeHugeMegabytes(), firstCore: Int(pb_first_core()))
  }

  private static func freeHugeMegabytes() -> Int {
    let base = "/sys/kernel/mm/hugepages"
    guard let directory = opendir(base) else { return 0 }
    defer { closedir(directory) }
    var megabytes = 0
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      // "hugepages-2048kB"
      guard let size = Int(name.dropFirst("hugepages-".utf8.count).dropLast(2)),
        let free = readNumber("\(base)/\(name)/free_hugepages")
      else { continue }
      megabytes += size / 1024 * free
    }
    return megabytes
  }

  private static func readNumber(_ path: String) -> Int? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var buffer = [CChar](repeating: 0, count: 32)
    guard fgets(&buffer, 32, file) != nil else { return nil }
    let digits = buffer.map(UInt8.init(bitPattern:)).prefix { $0 >= 0x30 && $0 <= 0x39 }
    return Int(String(decoding: digits, as: UTF8.self))
  }
}
