import TestSupport
import Testing

@testable import Doctor

/// A machine and a switch without a fault, and each fault alone.
@Suite struct DoctorTests {
  private let root = FakeRoot()
  private var state = SwitchState()

  init() {
    state.version = ["ovs-vswitchd (Open vSwitch) 3.1.0", "Patchbay 0.1.0"]
    state.settings = [
      "dpdk-init": "true", "dpdk-socket-mem": "1024,1024", "pmd-cpu-mask": "0x2",
      "dpdk-lcore-mask": "0x1",
    ]
    state.isDPDKInitialized = true
    state.interfaces = [
      port("dpdk0", "br-ex", "dpdk", ["dpdk-devargs": "0000:03:00.0,n=1"]),
      port("vhost0", "br-int", "dpdkvhostuserclient"),
      port("p-ex", "br-ex", "patch", ["peer": "p-int"]),
      port("p-int", "br-int", "patch", ["peer": "p-ex"]),
      port("br-int", "br-int", "internal"),
    ]
    state.pollers = [.init(core: 1, queues: ["dpdk0 0", "vhost0 0"], load: 40)]
  }

  private func port(
    _ name: String, _ bridge: String, _ type: String, _ options: [String: String] = [:]
  ) -> SwitchState.Interface {
    var i = SwitchState.Interface(name: name, bridge: bridge)
    (i.type, i.options, i.mtu) = (type, options, 1500)
    return i
  }

  private func findings(_ change: (inout SwitchState) -> Void = { _ in }) -> [Finding] {
    var changed = state
    change(&changed)
    return Doctor(machine: root.machine, state: changed).examine().findings
  }

  /// The only finding, as a line, and its fix.
  private func only(_ change: (inout SwitchState) -> Void = { _ in }) throws -> (String, String) {
    let all = findings(change)
    let first = try #require(all.first)
    #expect(all.count == 1, "\(all)")
    return ("\(first.severity) \(first.topic): \(first.text)", first.fix ?? "none")
  }

  @Test func nothingIsSaidOfAHealthyMachine() {
    let diagnosis = Doctor(machine: root.machine, state: state).examine()
    #expect(diagnosis.findings.isEmpty)
    #expect(diagnosis.exitStatus == 0 && diagnosis.text == "nothing to complain about\n")
  }

  @Test func everyCheckIsInTheList() {
    let list = SourceTree.text("Sources/Doctor/Doctor.swift")
    let files = SourceTree.entries("Sources/Doctor/Checks").filter { $0.hasSuffix(".swift") }
    #expect(files.count == Doctor.checks.count)
    for name in files { #expect(list.contains(name.dropLast(6) + ".look,"), "\(name)") }
  }

  // MARK: Running

  @Test func whatDoesNotRun() throws {
    let (text, fix) = try only { $0.databaseError = "db.sock: cannot connect" }
    #expect(text == "broken database: db.sock: cannot connect")
    #expect(fix == "systemctl start openvswitch-switch")
    let stopped = try only {
      ($0.switchError, $0.pollers) = ("no ovs-vswitchd runs", [])
    }
    #expect(stopped.0 == "broken switch: no ovs-vswitchd runs")
    let other = try only { $0.version = ["ovs-vswitchd (Open vSwitch) 3.1.0"] }
    #expect(other.0.hasPrefix("hint switch: the switch that runs is not Patchbay"))
    let waits = try only { $0.settings["flow-restore-wait"] = "true" }
    #expect(
      waits.0.hasPrefix("broken switch: a switch that starts with flow-restore-wait moves no"))
    #expect(waits.1.hasSuffix("remove Open_vSwitch . other_config flow-restore-wait"))
  }

  @Test func errorsOfInterfaces() throws {
    let (text, fix) = try only { $0.interfaces[1].error = "no room" }
    #expect(text == "broken interface: vhost0 on br-int: no room")
    #expect(fix.contains("list interface vhost0"))
    let memory = try only {
      $0.interfaces[1].error =
        "needs 262 MB of hugepages on node 0, 128 MB free: set vm.nr_hugepages to 640 or lower n_rxq_desc"
    }
    #expect(memory.1 == "sysctl -w vm.nr_hugepages=640")
  }

  // MARK: Huge pages and DPDK

  @Test func hugePagesAreMissingOnANode() throws {
    root.pages(1, total: 100, free: 0)
    let (text, fix) = try only()
    #expect(
      text
        == "broken hugepages: dpdk-socket-mem wants 1024 MB of huge pages on node 1, 200 MB are there"
    )
    #expect(
      fix == "echo 512 > /sys/devices/system/node/node1/hugepages/hugepages-2048kB/nr_hugepages")
  }

  @Test func pagesOfOthersDoNotHelpASwitchThatDoesNotRun() throws {
    root.pages(0, total: 1024, free: 256)
    #expect(findings().isEmpty, "they may be the switch's own")
    let all = findings { $0.switchError = "none runs" }
    #expect(all.map(\.topic) == ["switch", "hugepages"])
    #expect(all.last?.text.hasSuffix("on node 0, 512 MB are free") ?? false)
  }

  @Test func noHugePagesAtAll() throws {
    for node in 0..<2 { root.pages(node, total: 0, free: 0) }
    let all = findings { $0.settings["dpdk-socket-mem"] = nil }
    #expect(all.map(\.text).contains { $0.hasPrefix("no huge pages are reserved") })
    #expect(all.first?.fix == "sysctl -w vm.nr_hugepages=1024")
  }

  @Test func aMachineWithoutNUMAHasOneNode() throws {
    root.remove("/sys/devices/system/node")
    for (name, count) in [("nr", 100), ("free", 100)] {
      root["/sys/kernel/mm/hugepages/hugepages-2048kB/\(name)_hugepages"] = "\(count)\n"
    }
    let (text, fix) = try only { $0.settings["dpdk-socket-mem"] = "1024" }
    #expect(text.hasSuffix("wants 1024 MB of huge pages on node 0, 200 MB are there"))
    #expect(fix == "sysctl -w vm.nr_hugepages=512")
  }

  @Test func hugetlbfsIsNotMounted() throws {
    root["/proc/mounts"] = "proc /proc proc rw 0 0\n"
    let (text, fix) = try only()
    #expect(text == "slow hugepages: no hugetlbfs is mounted")
    #expect(fix == "mount -t hugetlbfs nodev /dev/hugepages")
    #expect(findings { $0.settings["dpdk-extra"] = "--in-memory" }.isEmpty)
  }

  @Test func dpdkIsOffOrDidNotStart() throws {
    let (off, fix) = try only { $0.settings["dpdk-init"] = nil }
    #expect(off == "broken dpdk: dpdk0 and 1 more cannot work: DPDK is off")
    #expect(fix == "ovs-vsctl set Open_vSwitch . other_config:dpdk-init=true")
    let failed = try only { $0.isDPDKInitialized = false }
    #expect(failed.0 == "broken dpdk: dpdk-init is true, but DPDK did not start")
    let small = try only { $0.settings["dpdk-extra"] = "--no-huge -m 1024" }
    #expect(small.0.hasPrefix("slow hugepages: dpdk-extra says --no-huge"))
  }

  // MARK: Cards

  @Test func aCardIsNotThere() throws {
    let (text, _) = try only { $0.interfaces[0].options["dpdk-devargs"] = "04:00.1" }
    #expect(text == "broken card: dpdk0: this machine has no network card 0000:04:00.1")
    // A bridge of PCI buses is none either; a virtual device needs none.
    #expect(!findings { $0.interfaces[0].options["dpdk-devargs"] = "0000:00:01.0" }.isEmpty)
    #expect(findings { $0.interfaces[0].options["dpdk-devargs"] = "net_null0,no-rx=1" }.isEmpty)
  }

  @Test(arguments: ["ixgbe", nil])
  func aCardIsTheKernels(driver: String?) throws {
    root.card("0000:03:00.0", driver: driver, node: 0)
    let (text, fix) = try only()
    #expect(
      text.hasPrefix("broken driver: dpdk0: 0000:03:00.0 is bound to \(driver ?? "no driver"),"))
    #expect(fix == "patchbay-bind-nic 0000:03:00.0")
  }

  @Test func driversThatSharePassAndVFIONeedsAnIOMMU() throws {
    root.remove("/sys/kernel/iommu_groups/7")
    let (text, fix) = try only()
    #expect(text == "broken iommu: dpdk0: 0000:03:00.0 is bound to vfio-pci, but there is no IOMMU")
    #expect(fix.hasPrefix("boot with intel_iommu=on iommu=pt"))
    root["/sys/module/vfio/parameters/enable_unsafe_noiommu_mode"] = "Y\n"
    #expect(findings().isEmpty)
    root["/sys/module/vfio/parameters/enable_unsafe_noiommu_mode"] = "N\n"
    root.card("0000:03:00.0", driver: "mlx5_core", node: 0)
    #expect(findings().isEmpty)
  }

  // MARK: Cores

  @Test func theMaskNamesAbsentOrSharedCores() throws {
    let absent = try only { $0.settings["pmd-cpu-mask"] = "0x102" }
    #expect(absent.0 == "broken pmd mask: pmd-cpu-mask 0x102 names cores that are not there: 8")
    #expect(absent.1 == "ovs-vsctl set Open_vSwitch . other_config:pmd-cpu-mask=0x2")
    let wrong = try only { $0.settings["pmd-cpu-mask"] = "two" }
    #expect(wrong.0 == "broken pmd mask: pmd-cpu-mask 'two' is no mask")
    let first = try only { $0.settings["pmd-cpu-mask"] = "0x3" }
    #expect(
      first.0.hasPrefix("slow pmd mask: PMD threads share cores with the rest of the system: 0"))
    #expect(first.1.hasSuffix("pmd-cpu-mask=0x2"))
    let unset = try only { $0.settings["pmd-cpu-mask"] = nil }
    #expect(unset.0.hasPrefix("hint pmd mask: pmd-cpu-mask is not set"))
    #expect(findings { ($0.settings["pmd-cpu-mask"], $0.interfaces) = (nil, []) }.isEmpty)
  }

  @Test func threadsOfOneCore() throws {
    for core in [1, 3] {
      root["/sys/devices/system/cpu/cpu\(core)/topology/thread_siblings_list"] = "1,3\n"
    }
    let (text, fix) = try only { $0.settings["pmd-cpu-mask"] = "0xa" }
    #expect(
      text == "hint pmd mask: PMD threads share the execution units of a core with another: 3")
    #expect(fix.hasSuffix("pmd-cpu-mask=0x2"))
  }

  @Test func theGovernorSavesPower() throws {
    root["/sys/devices/system/cpu/cpu1/cpufreq/scaling_governor"] = "powersave\n"
    root["/sys/devices/system/cpu/cpu2/cpufreq/scaling_governor"] = "powersave\n"
    let (text, fix) = try only()
    #expect(text == "slow governor: cores of PMD threads are governed by powersave: 1")
    #expect(fix.hasPrefix("for c in 1; do echo performance >"))
  }

  @Test func coresAreNotIsolated() throws {
    root["/sys/devices/system/cpu/isolated"] = "\n"
    let (text, fix) = try only()
    #expect(text == "hint isolation: other programs may run on cores of PMD threads: 1")
    #expect(fix == "boot with isolcpus=1 nohz_full=1 rcu_nocbs=1")
  }

  @Test func aCardIsFarFromItsPoller() throws {
    root.card("0000:03:00.0", driver: "vfio-pci", node: 1)
    let (text, fix) = try only()
    #expect(text == "slow numa: dpdk0's card is on node 1, where no PMD thread runs")
    #expect(fix.hasSuffix("pmd-cpu-mask=0x6"))
    root.pages(1, total: 0, free: 0)
    let all = findings { $0.settings["dpdk-socket-mem"] = "1024" }
    #expect(all.map(\.text).contains("dpdk0's card is on node 1, which has no huge pages"))
  }

  // MARK: Load, MTU, memory

  @Test func aPollerIsFull() throws {
    let alone = try only { $0.pollers[0].load = 97 }
    #expect(
      alone.0
        == "slow load: the PMD thread on core 1 is 97% busy with queue 0 of dpdk0, queue 0 of vhost0"
    )
    #expect(alone.1.hasSuffix("pmd-cpu-mask=0xa"), "another core")
    let helped = try only {
      $0.pollers[0].load = 97
      $0.pollers.append(.init(core: 3, queues: ["x 0"], load: 10))
    }
    #expect(helped.1 == "ovs-appctl dpif-netdev/pmd-rxq-rebalance")
    let one = try only { $0.pollers[0] = .init(core: 1, queues: ["dpdk0 0"], load: 100) }
    #expect(one.1 == "ovs-vsctl set interface dpdk0 options:n_rxq=2")
    let idle = try only { $0.pollers.append(.init(core: 3)) }
    #expect(idle.0 == "hint load: PMD threads without a queue, on cores 3")
  }

  @Test func sizesDiffer() throws {
    let (text, fix) = try only { $0.interfaces[0].mtu = 9000 }
    #expect(
      text == "slow mtu: dpdk0 sends packets of up to 9000 bytes, of which vhost0 takes 1500: "
        + "larger ones are dropped")
    #expect(fix == "ovs-vsctl set interface vhost0 mtu_request=9000")
    #expect(
      findings {
        $0.interfaces[0].mtu = 9000
        $0.interfaces[2].options = [:]
        $0.interfaces[3].options = [:]
      }.isEmpty, "bridges that nothing joins")
    let refused = try only { $0.interfaces[0].mtuRequest = 9000 }
    #expect(refused.0 == "slow mtu: dpdk0 has an MTU of 1500, not 9000 as mtu_request says")
  }

  @Test func memoryIsShort() throws {
    root["/proc/meminfo"] = "MemTotal:  16000000 kB\nMemAvailable:  400000 kB\n"
    let (text, fix) = try only()
    #expect(
      text.hasPrefix("slow memory: 390 MB of 15625 MB of memory are available, and 4096 MB of huge")
    )
    #expect(fix == "sysctl -w vm.nr_hugepages=1024")
    for node in 0..<2 { root.pages(node, total: 1024, free: 0) }
    #expect(try only().1.hasPrefix("ps "))
  }

  // MARK: Telling

  @Test func theWorstComesFirstAndScriptsAreTold() throws {
    root["/sys/devices/system/cpu/isolated"] = "\n"
    root["/sys/devices/system/cpu/cpu1/cpufreq/scaling_governor"] = "ondemand\n"
    var broken = state
    broken.interfaces[1].error = "no room"
    let diagnosis = Doctor(machine: root.machine, state: broken).examine()
    #expect(diagnosis.findings.map(\.severity) == [.broken, .slow, .hint])
    #expect(diagnosis.exitStatus == 3)
    #expect(
      diagnosis.text.hasPrefix(
        "broken  interface  vhost0 on br-int: no room\n" + "                   fix: "))
    #expect(diagnosis.json["findings"]?.array?.count == 3 && diagnosis.json["status"] == 3)
    #expect(diagnosis.json["findings"]?.array?.first?["severity"] == "broken")
    let slow = Doctor(machine: root.machine, state: state).examine()
    #expect(slow.exitStatus == 2)
  }
}
