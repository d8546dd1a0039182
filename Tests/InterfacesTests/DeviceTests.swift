import Datapath
import Fields
import Glibc
import TestSupport
import Testing

@testable import Interfaces
@testable import Runtime

/// DPDK without hugepages and hardware, for all tests of this process.
private func startDPDK() throws {
  try DPDK.start([
    "dpdk-init": "true", "dpdk-extra": "--no-huge --no-shconf -m 384 --no-pci --no-telemetry",
  ])
}

/// Devices that need DPDK's environment, which a process starts once.
@Suite(.serialized) struct DeviceTests {
  private let factory = InterfaceFactory(dummyEnabled: true)

  init() throws {
    try startDPDK()
  }

  private func make(_ name: String, _ type: String, _ options: [String: String] = [:]) throws
    -> any InterfaceDevice
  {
    try factory.make(InterfaceRequest(name: name, type: type, options: options))
  }

  // MARK: dummy

  @Test func dummiesLookAsInOVS() throws {
    let first = try make("p1", "dummy")
    let second = try make("p2", "dummy-pmd")
    #expect(first.status.macAddress == EthernetAddress("aa:55:aa:55:00:01"))
    #expect(second.status.macAddress == EthernetAddress("aa:55:aa:55:00:02"))
    #expect(first.status.mtu == 1500 && first.status.ifindex == 0 && first.status.adminUp == true)
    #expect(first.typeName == "dummy" && first.configurationText == "" && first.isDummy)
    #expect(
      second.configurationText == "configured_rx_queues=1, configured_tx_queues=1, "
        + "requested_rx_queues=1, requested_tx_queues=1")
    #expect(
      first.statistics(PortCounters()).keys.sorted() == [
        "rx_bytes", "rx_custom_packets_1", "rx_custom_packets_2", "rx_packets", "rx_q0_bytes",
        "rx_q0_packets", "tx_bytes", "tx_packets", "tx_q0_bytes", "tx_q0_packets",
      ])
    first.destroy()
    second.destroy()
  }

  @Test func simulationStandsInForOtherTypes() throws {
    let local = try factory.make(
      InterfaceRequest(name: "br0", type: "internal", dummyDatapath: true))
    #expect(local.typeName == "dummy-internal" && local.isDummy && !local.lendsAddress)
    local.destroy()
    let override = InterfaceFactory(dummy: .override)
    let eth = try override.make(InterfaceRequest(name: "eth9", type: "system"))
    #expect(eth.typeName == "system" && eth.isDummy)
    eth.destroy()
  }

  @Test func commands() throws {
    let device = try make("c1", "dummy")
    defer { device.destroy() }
    let commands = DummyCommands(factory)
    var changed: [String] = []
    factory.onChange = { changed.append($0) }
    #expect(throws: TextError("no such dummy netdev")) { try commands.receive(["zz", "00"]) }
    #expect(throws: TextError("bad rx queue id.")) {
      try commands.receive(["c1", "--qid", "9", "eth()"])
    }
    #expect(try commands.receive(["c1", "--qid", "0", "eth()", "eth_type(0x1234)"]) == "")
    #expect(throws: TextError("Invalid Admin State")) { try commands.setAdminState(["c1"]) }
    #expect(throws: TextError("Unknown Dummy Interface")) {
      try commands.setAdminState(["zz", "up"])
    }
    #expect(try commands.setAdminState(["c1", "down"]) == "OK")
    #expect(device.status.adminUp == false && !device.status.linkUp)
    #expect(try commands.setAdminState(["up"]) == "OK")
    #expect(device.status.linkUp && changed == ["c1", "c1"])
  }

  @Test func addressesOfDummiesAreJudged() throws {
    let device = try make("c4", "dummy")
    defer { device.destroy() }
    let commands = DummyCommands(factory)
    for text in ["10.0.0.1", "10.0.0.1/8", "10.0.0.1/255.0.255.0"] {
      #expect(try commands.setAddress(["c4", text], PrefixText.checkIPv4) == "OK")
    }
    for text in ["fe80::1", "fe80::1/64", "fe80::1/ffff:fe00::"] {
      #expect(try commands.setAddress(["c4", text], PrefixText.checkIPv6) == "OK")
    }
    let wrong: [(String, (String) throws -> Void, String)] = [
      ("10.0.0.300/8", PrefixText.checkIPv4, "invalid IP address"),
      (
        "10.0.0.1/33", PrefixText.checkIPv4,
        "IPv4 network prefix bits not between 0 and 32, inclusive"
      ),
      (
        "fe80::1/129", PrefixText.checkIPv6,
        "IPv6 network prefix bits not between 0 and 128, inclusive"
      ),
      ("fe80::1/ffff::1", PrefixText.checkIPv6, "IPv6 CIDR network required"),
      ("fe80::1/x", PrefixText.checkIPv6, "Invalid IPv6 mask"),
      ("x", PrefixText.checkIPv6, "invalid IPv6 address"),
    ]
    for (text, check, error) in wrong {
      #expect(throws: TextError("\(text): \(error)")) { try check(text) }
    }
    #expect(throws: TextError("Unknown Dummy Interface")) {
      try commands.setAddress(["zz", "10.0.0.1"], PrefixText.checkIPv4)
    }
    #expect(commands.connectionState(["c4"]) == "c4: unknown\n")
    #expect(commands.connectionState([]) == "")
  }

  @Test func capturesAreWrittenAtOnce() throws {
    let path = "/tmp/patchbay-test-\(getpid()).pcap"
    defer { unlink(path) }
    let device = try make("c2", "dummy", ["pcap": path])
    defer { device.destroy() }
    _ = try DummyCommands(factory).receive(["c2", "505400000002505400000001123400"])
    let bytes = contents(path)
    #expect(bytes.count == 24 + 16 + 15)
    #expect(bytes.prefix(4) == [0xd4, 0xc3, 0xb2, 0xa1])
    #expect(bytes.suffix(3) == [0x12, 0x34, 0x00])
    #expect(throws: Never.self) { try make("c3", "dummy", ["pcap": "/nonexistent/x"]) }
  }

  private func contents(_ path: String) -> [UInt8] {
    guard let file = fopen(path, "rb") else { return [] }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = fread(&bytes, 1, bytes.count, file)
    return Array(bytes.prefix(count))
  }

  // MARK: dpdk

  private func refusal(_ name: String, _ options: [String: String]) -> String {
    do {
      try make(name, "dpdk", options).destroy()
      return ""
    } catch { return "\(error)" }
  }

  @Test func badDevicesAreNamed() {
    #expect(
      refusal("dpdk0", [:]) == "'dpdk0' is missing 'options:dpdk-devargs'. "
        + "The old 'dpdk<port_id>' names are not supported")
    for bad in [
      "foo", "0000:99:00.0", "net_bogus0", "net_pcap0,rx_pcap=/nonexistent",
      "class=eth,mac=00:11:22:33:44:55", ",", "=",
    ] {
      #expect(refusal("d1", ["dpdk-devargs": bad]) == "Error attaching device '\(bad)' to DPDK")
    }
  }

  /// DPDK and its drivers crash on several malformed device strings (the corpus begins with those
  /// that did): all of them must be refused before.
  @Test func anyDeviceStringIsRefusedOrWorks() {
    let corpus = [
      "class=eth,mac=00:11:22:33:44:55", "bus=pci", "net_pcap5,iface", "bus=", "class=",
      "bus=vdev,name=net_null1/class=eth/driver=x", "net_null0,foo=bar", "0000:00:00.0,xx",
      "net_null[0-3],x=[1", "net_null0,size=99999999999", "net_null3,copy=1,no-rx=1",
      "net_pcap5,rx_pcap=",
      "net_null8,representor=[0-9999999]", "vdev:net_null6", "pci:",
      String(repeating: "a", count: 5000),
    ]
    var random = SplitMix(seed: 99)
    for round in 0..<240 {
      var bytes = Array(corpus[round % corpus.count].utf8)
      for _ in 0..<(round < corpus.count ? 0 : 3) where !bytes.isEmpty {
        let at = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[at] = UInt8.random(in: 32...126, using: &random)
        case 1: bytes.remove(at: at)
        default: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &random)], at: at)
        }
      }
      _ = refusal("d", ["dpdk-devargs": String(decoding: bytes, as: UTF8.self)])
    }
  }

  @Test func aDeviceComesAndGoes() throws {
    for round in 0..<3 {
      let options = ["dpdk-devargs": "net_null7", "n_rxq": "2", "n_rxq_desc": "512"]
      let request = InterfaceRequest(
        name: "d7", type: "dpdk", options: options, mtuRequest: round == 1 ? 9000 : nil)
      let device = try factory.make(request)
      #expect(
        refusal("d8", ["dpdk-devargs": "net_null7"])
          == "'d8' is trying to use device 'net_null7' which is already in use by 'd7'")
      let status = device.status
      #expect(status.mtu == (round == 1 ? 9000 : 1500) && status.linkUp)
      #expect(status.linkSpeed == 10_000_000_000 && status.fullDuplex == true)
      #expect(status.status["driver_name"] == "net_null")
      #expect(status.status["bus_info"] == "bus_name=vdev")
      #expect(status.status["link_speed"] == "10Gbps")
      #expect(
        device.configurationText.contains("configured_rx_queues=2, configured_rxq_descriptors=512"))
      #expect(device.statistics(PortCounters())["rx_q1_packets"] != nil)
      try device.configure(request)
      #expect(throws: TextError.self) {
        try device.configure(
          InterfaceRequest(name: "d7", type: "dpdk", options: ["dpdk-devargs": "net_null7"]))
      }
      device.destroy()
    }
  }

  @Test func aDeviceThatTheKernelWantsBackIsLetGo() throws {
    // Experimental, so Swift may not call it by its name.
    typealias Process = @convention(c) (UnsafePointer<CChar>, Int32) -> Void
    let process = unsafeBitCast(
      try #require(dlsym(nil, "rte_dev_event_callback_process")), to: Process.self)
    let (added, removed): (Int32, Int32) = (0, 1)
    let loop = ControlLoop()
    defer { loop.shutdown() }
    let options = ["dpdk-devargs": "net_null9"]
    let device = try make("d9", "dpdk", options)
    var told: [String] = []
    factory.onChange = { told.append($0) }
    try loop.sync {
      try factory.watchDevices(loop)
      // As DPDK's interrupt thread does when vfio asks.
      for (name, event) in [("net_null8", removed), ("net_null9", added)] { process(name, event) }
      process("net_null9", removed)
    }
    try loop.sync {}
    #expect(told.filter { $0.hasPrefix("d") } == ["d9"])
    #expect(throws: TextError.self) {
      try device.configure(InterfaceRequest(name: "d9", type: "dpdk", options: options))
    }
    device.destroy()
  }

  // MARK: kernel

  @Test func loopbackIsRead() throws {
    let lo = KernelDevice("lo")
    #expect(try lo.read().ifindex == 1)
    #expect(throws: KernelDevice.Failure.self) { try KernelDevice("no-such-dev").read() }
    #expect(throws: KernelDevice.Failure.self) {
      try KernelDevice(String(repeating: "x", count: 40)).read()
    }
  }
}

/// A simulated device in a datapath: what comes in at one port goes out, and into files, at another.
@Suite struct DummyTrafficTests {
  @Test func framesAreForwardedAndCaptured() throws {
    try startDPDK()
    let path = "/tmp/patchbay-traffic-\(getpid()).pcap"
    defer { unlink(path) }
    let factory = InterfaceFactory(dummyEnabled: true)
    let a = try factory.make(InterfaceRequest(name: "a", type: "dummy"))
    let b = try factory.make(
      InterfaceRequest(name: "b", type: "dummy", options: ["tx_pcap": path]))
    let datapath = try Datapath()
    for (number, device) in [(PortNumber(1), a), (2, b)] {
      guard let source = device.source else { continue }
      try datapath.attach(number, name: "p", source: source, bufferSize: device.bufferSize)
    }
    let translator = Translator(datapath)
    translator.start()
    let frame = "5054000000025054000000011234" + String(repeating: "00", count: 46)
    _ = try DummyCommands(factory).receive(["a", frame, frame])
    #expect(datapath.quiesce())
    factory.writeCaptures()
    #expect(a.statistics(datapath.counters(1))["rx_packets"] == 2)
    #expect(b.statistics(datapath.counters(2))["tx_packets"] == 2)
    var info = stat()
    #expect(stat(path, &info) == 0 && info.st_size == 24 + 2 * (16 + 60))
    datapath.detach(1)
    datapath.detach(2)
    datapath.shutdown()
    a.destroy()
    b.destroy()
  }

  /// Answers every miss with an output to port 2.
  private final class Translator {
    private let datapath: Datapath
    init(_ datapath: Datapath) { self.datapath = datapath }

    func start() {
      var thread = pthread_t()
      pthread_create(
        &thread, nil,
        { context in
          guard let context else { return nil }
          Unmanaged<Translator>.fromOpaque(context).takeRetainedValue().run()
          return nil
        }, Unmanaged.passRetained(self).toOpaque())
      pthread_detach(thread)
    }

    private func run() {
      while let misses = datapath.takeMisses(max: 16) {
        for miss in misses {
          _ = datapath.answer(miss, mask: FlowMask(), actions: [.output(2)], owner: nil)
        }
      }
    }
  }
}
