import CDPDKShim
import Fields
import Glibc
import Testing

@testable import Datapath

/// Busy workers on ethdevs: DPDK's null device, which needs nothing. Kept short: they spin.
@Suite(.serialized)
struct WorkerTests {
  /// A started null device.
  static func nullDevice(_ name: String, receives: Bool) throws -> EthdevPort {
    try EAL.initialize()
    try #require(rte_dev_probe("\(name),no-rx=\(receives ? 0 : 1)") == 0)
    var id: UInt16 = 0
    try #require(rte_eth_dev_get_port_by_name(name, &id) == 0)
    let pool = try MempoolRegistry.shared.pool(bufferSize: 2048)
    var configuration = rte_eth_conf()
    try #require(rte_eth_dev_configure(id, 1, 1, &configuration) == 0)
    try #require(rte_eth_rx_queue_setup(id, 0, 64, 0, nil, pool) == 0)
    try #require(rte_eth_tx_queue_setup(id, 0, 64, 0, nil) == 0)
    try #require(rte_eth_dev_start(id) == 0)
    return EthdevPort(id: id, receiveQueues: 1, transmitQueues: 1)
  }

  @Test func queuesMoveBetweenWorkersAndNothingIsLost() throws {
    let source = try Self.nullDevice("net_null_rx", receives: true)
    let bed = try TestBed(ports: 2) { datapath, miss in
      _ = datapath.answer(miss, mask: FlowMask(), actions: [.output(2), .output(3)])
    }
    defer { bed.finish() }
    let sink = try Self.nullDevice("net_null_tx", receives: false)
    let datapath = bed.datapath
    try datapath.attach(3, name: "sink", source: .ethdev(sink))
    try datapath.attach(4, name: "source", source: .ethdev(source))
    let all = [
      ReceiveQueue(port: 3, queue: 0), ReceiveQueue(port: 4, queue: 0),
    ]
    #expect(datapath.workers[0].queues == all)
    for _ in 0..<500 where datapath.workers[0].counters.packetsReceived == 0 { usleep(20_000) }
    #expect(datapath.workers[0].counters.packetsReceived > 0)

    try datapath.setPMDCores([0])
    #expect(datapath.workers.map(\.core) == [nil, 0])
    #expect(datapath.workers[0].queues.isEmpty && datapath.workers[1].queues == all)
    // The translator needs its turn on a machine that may be busy.
    for _ in 0..<500 where datapath.workers[1].counters.flows == 0 { usleep(20_000) }
    let busy = datapath.workers[1].counters
    #expect(busy.packetsReceived > 0 && busy.busyCycles > 0 && busy.flows == 1)

    // A port that goes and comes back as it was is polled again.
    datapath.defersAssignment = true
    datapath.detach(4)
    try datapath.attach(4, name: "source", source: .ethdev(source))
    datapath.defersAssignment = false
    #expect(datapath.workers[1].queues == all)

    datapath.clearCounters()
    try datapath.setPMDCores([])
    #expect(datapath.workers.count == 1 && datapath.workers[0].queues == all)
    datapath.detach(4)
    // Nothing arrives any more: what came in went out or was counted.
    #expect(datapath.quiesce())
    let (out, dummy) = (datapath.counters(3), datapath.counters(2))
    #expect(out.txPackets > 0)
    #expect(dummy.txPackets + dummy[.txQueueFull] == out.txPackets + out[.txQueueFull])
  }

  @Test func flowsOfAWorkerThatEndsAreRemoved() throws {
    let source = try Self.nullDevice("net_null_rx2", receives: true)
    let handles = Handles()
    let bed = try TestBed(ports: 1) { datapath, miss in
      if let h = datapath.answer(miss, mask: FlowMask(), actions: []) { handles.add(h) }
    }
    defer { bed.finish() }
    try bed.datapath.setPMDCores([0])
    try bed.datapath.attach(2, name: "source", source: .ethdev(source))
    for _ in 0..<500 where (handles.all.first?.statistics.packets ?? 0) == 0 { usleep(20_000) }
    var options = WorkerOptions()
    options.maximumSleep = 50
    bed.datapath.setWorkerOptions(options)
    try bed.datapath.setPMDCores([])
    let flow = try #require(handles.all.first)
    #expect(flow.worker == 1 && flow.state == .removed && flow.statistics.packets > 0)
    bed.datapath.removeFlows([flow])
    bed.datapath.detach(2)
  }
}
