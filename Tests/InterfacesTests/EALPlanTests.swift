import Testing

@testable import Interfaces
@testable import Runtime

@Suite struct EALPlanTests {
  private let rich = EALPlan.Machine(freeHugeMegabytes: 4096, firstCore: 3)
  private let poor = EALPlan.Machine(freeHugeMegabytes: 100, firstCore: 0)

  @Test func withoutDPDKItIsSmallAndSeesNothing() {
    let plan = EALPlan(["dpdk-socket-mem": "1024", "dpdk-extra": "--foo"], machine: rich)
    #expect(!plan.dpdkEnabled && plan.losses.isEmpty)
    #expect(
      plan.arguments.dropFirst().joined(separator: " ")
        == "--no-huge --no-shconf -m 128 --no-pci --no-telemetry -l 3")
  }

  @Test func asTheDatabaseSays() {
    let plan = EALPlan(
      ["dpdk-init": "true", "dpdk-socket-mem": "512", "dpdk-extra": "--no-pci"], machine: rich)
    #expect(plan.dpdkEnabled && plan.losses.isEmpty)
    #expect(
      plan.arguments.dropFirst().joined(separator: " ")
        == "--no-pci --in-memory -l 3")
    #expect(plan.reserve == [512])
  }

  @Test func memoryIsReservedLaterOnlyIfItCanBe() {
    func plan(_ more: [String: String]) -> EALPlan {
      EALPlan(
        ["dpdk-init": "true", "dpdk-socket-mem": "0,64"].merging(more) { $1 }, machine: rich)
    }
    #expect(plan([:]).reserve == [0, 64])
    let atOnce = [
      ["dpdk-extra": "--legacy-mem"], ["dpdk-socket-mem": "64,much"], ["dpdk-socket-mem": "64,"],
    ]
    for more in atOnce {
      #expect(plan(more).reserve == [] && plan(more).arguments.contains("--socket-mem"))
    }
    for more in [["dpdk-extra": "-m 64"], ["dpdk-alloc-mem": "64"], ["dpdk-extra": "--no-huge"]] {
      #expect(plan(more).reserve == [] && !plan(more).arguments.contains("--socket-mem"))
    }
    #expect(EALPlan(["dpdk-init": "true", "dpdk-socket-mem": "1024"], machine: poor).reserve == [])
  }

  @Test func otherKeys() {
    let plan = EALPlan(
      [
        "dpdk-init": "try", "dpdk-lcore-mask": "0x3", "dpdk-alloc-mem": "64",
        "dpdk-socket-mem": "1024,1024", "dpdk-hugepage-dir": "/dev/huge",
        "dpdk-socket-limit": "2048",
      ], machine: rich)
    #expect(
      plan.arguments.dropFirst().joined(separator: " ")
        == "-m 64 --socket-limit 2048 --huge-dir /dev/huge --in-memory -c 0x3")
  }

  @Test func extraWins() {
    let plan = EALPlan(
      [
        "dpdk-init": "true", "dpdk-lcore-mask": "0x3", "dpdk-socket-mem": "1024",
        "dpdk-extra": "--socket-mem 64 -l '1, 2' --file-prefix \"a b\"",
      ], machine: rich)
    #expect(
      plan.arguments.dropFirst()
        == ["--socket-mem", "64", "-l", "1, 2", "--file-prefix", "a b", "--in-memory"])
  }

  @Test func withoutEnoughHugepages() {
    let plan = EALPlan(["dpdk-init": "true", "dpdk-socket-mem": "1024"], machine: poor)
    #expect(plan.dpdkEnabled && plan.losses.count == 1)
    #expect(plan.arguments.contains("--no-huge") && !plan.arguments.contains("--in-memory"))
    #expect(!plan.arguments.contains("--socket-mem"))
    let wanted = EALPlan(["dpdk-init": "true", "dpdk-extra": "--no-huge -m 64"], machine: poor)
    #expect(wanted.losses.isEmpty)
    #expect(wanted.arguments.dropFirst() == ["--no-huge", "-m", "64", "--no-shconf", "-l", "0"])
  }

  @Test func absurdNumbers() {
    let plan = EALPlan(
      ["dpdk-init": "true", "dpdk-socket-mem": "99999999999999999999,-5,9223372036854775807"],
      machine: rich)
    #expect(plan.dpdkEnabled)
  }

  @Test func words() {
    #expect(
      Words.split(" a  b\tc\\ d 'e f'g \"\" \"h\\\"i\"") == ["a", "b", "c d", "e fg", "", "h\"i"])
  }

  @Test func descriptors() {
    #expect(EthdevSettings.descriptors("1024") == 1024)
    for bad in ["100", "0", "-1", "8192", "x", "99999999999999999999"] {
      #expect(EthdevSettings.descriptors(bad) == 2048)
    }
  }

  @Test func extendedStatistics() {
    for name in ["rx_q0_packets", "tx_q12_bytes", "rx_q0_errors", "rx_crc_errors", "tx_dropped"] {
      #expect(ExtendedStatistics.isInteresting(name))
    }
    for name in ["rx_good_packets", "rx_size_64_packets", "rx_q0_size"] {
      #expect(!ExtendedStatistics.isInteresting(name))
    }
  }
}
