import JSONRPC
import Testing

@testable import Doctor

@Suite struct FactsTests {
  @Test func aMachineIsRead() {
    let root = FakeRoot()
    let machine = root.machine
    #expect(machine.cores.keys.sorted() == [0, 1, 2, 3] && machine.cores[3]?.node == 1)
    #expect(machine.isolated == [1, 3] && machine.hasIOMMU && machine.mountsHugePages)
    #expect(machine.pages[1] == [.init(kilobytes: 2048, total: 1024, free: 1024)])
    #expect(machine.cards == ["0000:03:00.0": .init(driver: "vfio-pci", node: 0)])
    #expect(machine.memory == 16_000_000 && machine.availableMemory == 8_000_000)
  }

  @Test func anEmptyDirectoryIsAMachineToo() {
    let machine = Machine(FileTree("/nonexistent"))
    #expect(machine.cores.keys.sorted() == [0] && machine.cards.isEmpty && !machine.hasIOMMU)
    #expect(machine.allHugeMegabytes == 0 && machine.memory == 0)
  }

  @Test(arguments: [
    ("0-3,8", [0, 1, 2, 3, 8]), ("", []), ("5", [5]), ("3-1", []), ("x", []), ("0-99999999", []),
  ])
  func lists(text: String, numbers: [Int]) { #expect(FileTree.list(text) == numbers) }

  @Test(arguments: [([1], "0x2"), ([0, 4, 9], "0x211"), ([], "0x0")])
  func masks(cores: [Int], mask: String) {
    #expect(Machine.mask(cores) == mask)
    #expect(SwitchState.cores(mask) == cores)
  }

  @Test func theDatabaseIsRead() {
    let row = DatabaseRow([
      "_uuid": ["uuid", "u1"], "name": "br0", "other_config": ["map", [["dpdk-init", "true"]]],
      "ports": ["set", [["uuid", "p1"], ["uuid", "p2"]]], "dpdk_initialized": true,
    ])
    #expect(row.uuid == "u1" && row.strings("ports") == ["p1", "p2"])
    #expect(row.map("other_config") == ["dpdk-init": "true"] && row.map("ports").isEmpty)
    #expect(row.string("none").isEmpty && row.strings("other_config").isEmpty)
    var state = SwitchState()
    let ports = [
      DatabaseRow(["_uuid": ["uuid", "p1"], "interfaces": ["uuid", "i1"]]),
      DatabaseRow(["_uuid": ["uuid", "p2"], "interfaces": ["set", []]]),
    ]
    let interface = DatabaseRow([
      "_uuid": ["uuid", "i1"], "name": "dpdk0", "type": "dpdk", "mtu": 9000,
      "mtu_request": ["set", []],
      "error": ["set", []], "options": ["map", [["dpdk-devargs", "3b:00.0"]]],
    ])
    state.take(root: row, bridges: [row], ports: ports, interfaces: [interface])
    let expected = SwitchState.Interface(
      name: "dpdk0", bridge: "br0", type: "dpdk", options: ["dpdk-devargs": "3b:00.0"], mtu: 9000)
    #expect(state.interfaces == [expected] && state.isDPDKInitialized && state.wantsDPDK)
    #expect(expected.card == "0000:3b:00.0")
  }

  @Test func loadsAreRead() {
    let pollers = SwitchState.pollers(
      """
      pmd thread numa_id 0 core_id 1:
        isolated : false
        port: dpdk0             queue-id:  0 (enabled)   pmd usage: 60 %
        port: vhost0            queue-id:  1 (disabled)  pmd usage: NOT AVAIL
        overhead:  5 %
      pmd thread numa_id 1 core_id 3:
        isolated : true
      """)
    #expect(
      pollers == [
        .init(core: 1, queues: ["dpdk0 0", "vhost0 1"], load: 65),
        .init(core: 3, queues: [], load: 0),
      ])
    #expect(SwitchState.pollers("nonsense\nport: a queue-id: 0").isEmpty)
  }
}
