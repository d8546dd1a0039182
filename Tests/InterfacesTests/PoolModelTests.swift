import CDPDKShim
import Testing

@testable import Datapath
@testable import Interfaces

@Suite struct PoolModelTests {
  private func model(_ list: String) -> (PoolModel, PoolModel.Remarks) {
    var remarks = PoolModel.Remarks()
    let model = PoolModel(["shared-mempool-config": list], &remarks)
    return (model, remarks)
  }

  @Test func listsOfMTUs() {
    let (model, remarks) = model("9000, 1500:1,6000:x")
    #expect(
      model.shared == [
        .init(mtu: 9000, node: nil), .init(mtu: 1500, node: 1), .init(mtu: 6000, node: nil),
      ])
    #expect(
      remarks.settings == [
        "Per port memory for DPDK devices disabled.",
        "User configured shared mempool set for: MTU 9000, NUMA ALL.",
        "User configured shared mempool set for: MTU 1500, NUMA 1.",
        "User configured shared mempool set for: MTU 6000, NUMA ALL.",
      ])
    #expect(remarks.complaints == [])
  }

  @Test func nonsenseIsNotUsedAtAll() {
    for (list, complaint) in [
      ("9000,big", "MTU"), ("-1", "MTU"), ("1500:-2", "NUMA"), (":1", "MTU"),
      ("99999999999999999999", "MTU"),
    ] {
      let (model, remarks) = model(list)
      #expect(model == PoolModel(), "\(list)")
      #expect(
        remarks.complaints == [
          "Invalid user configured shared mempool \(complaint).",
          "User configured shared mempools will not be used.",
        ])
    }
  }

  @Test func thePoolOfAPort() {
    let (model, _) = model("9000,1500:1,3000:0")
    let room = PoolModel.room
    #expect(model.size(room: room(1500), node: 0) == PoolModel.rounded(room(3000)))
    #expect(model.size(room: room(1500), node: 1) == PoolModel.rounded(room(1500)))
    #expect(model.size(room: room(1500), node: nil) == PoolModel.rounded(room(9000)))
    #expect(model.size(room: room(9500), node: 0) == PoolModel.rounded(room(9500)))
    #expect(PoolModel().size(room: room(1500), node: 0) == 2048)
  }

  @Test func flowControlInTheWordsOfTheSwitch() {
    let none = LiveSettings(["n_rxq": "2"])
    #expect(none.pause == 0 && !none.asksForFlowControl)
    #expect(LiveSettings(["rx-flow-ctrl": "true"]).pause == PB_PAUSE_SENT)
    #expect(LiveSettings(["tx-flow-ctrl": "true"]).pause == PB_PAUSE_HEEDED)
    let off = LiveSettings(["rx-flow-ctrl": "false", "flow-ctrl-autoneg": "true"])
    #expect(off.pause == 0 && off.asksForFlowControl && off.autonegotiates)
  }
}
