import Datapath
import Fields
import Glibc
import OpenFlow
import Runtime

@testable import Pipeline

/// A pipeline with one bridge, whose OpenFlow service listens in a directory of its own.
final class ServiceFixture {
  /// Of its own: timers belong to one loop, and tests run side by side.
  let clock = Clock()
  let control: ControlLoop
  let pipeline: Pipeline
  let sink = IdleSink()
  let service: OpenFlowService
  let directory: String

  init() throws {
    directory = String(cString: mkdtemp(strdup("/tmp/patchbay-test-XXXXXX")))
    let (sink, clock) = (self.sink, self.clock)
    control = ControlLoop(clock: clock)
    let pipeline = Pipeline(datapath: sink, now: { clock.monotonicMilliseconds })
    self.pipeline = pipeline
    let loop = control.loop
    let directory = directory
    service = try control.sync {
      var settings = BridgeSettings()
      settings.failMode = .secure
      let bridge = pipeline.addBridge("br0", datapathID: 0x0a15_395e_c940, settings: settings)
      for (number, name) in [(UInt16(1), "p1"), (2, "p2"), (OpenFlowPort.local, "br0")] {
        let place = number == OpenFlowPort.local ? 3 : number
        var port = PortSettings(ofport: number, name: name, kind: .datapath(place))
        port.macAddress = EthernetAddress(0xaa55_aa55_0000 + UInt64(place))
        bridge.addPort(port)
      }
      return OpenFlowService(
        bridge, pipeline: pipeline, loop: loop, clock: clock, directory: directory)
    }
    let service = service
    try control.sync { service.start() }.wait()
    pipeline.onPortChange = { _, port, change in service.portChanged(port, change) }
  }

  var socket: String { directory + "/br0.mgmt" }

  func stop() {
    let service = service
    try? control.sync { service.stop() }
    control.shutdown()
    rmdir(directory)
  }
}

/// A datapath without packets.
final class IdleSink: MegaflowSink {
  var executed: [(packet: [UInt8], actions: [DatapathAction])] = []

  func takeMisses(max: Int) -> [Miss]? { nil }
  func answer(
    _ miss: Miss, mask: FlowMask, deepMask: DeepKey, actions: [DatapathAction], owner: AnyObject?,
    install: Bool
  ) -> FlowHandle? { nil }
  func discard(_ miss: Miss) {}
  func changeActions(_ flow: FlowHandle, _ actions: [DatapathAction]) {}
  func removeFlows(_ flows: [FlowHandle]) {}
  func waitForMailboxes() {}
  func execute(_ packet: UnsafeRawBufferPointer, inPort: PortNumber, actions: [DatapathAction]) {
    executed.append((Array(packet), actions))
  }
  func counters(_ port: PortNumber) -> PortCounters { PortCounters() }
  var maxMeters: UInt32 { 100 }
  func setMeter(_ index: UInt32, _ meter: DatapathMeter) {}
  func removeMeter(_ index: UInt32) {}
  func meterStatistics(_ index: UInt32) -> DatapathMeter.Statistics { .init() }
}

/// A client that blocks, for one thread of a test.
final class RawClient {
  private let descriptor: Int32
  var version = OpenFlowVersion.v10

  init(_ path: String, receiveBuffer: Int32? = nil) {
    descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    var timeout = timeval(tv_sec: 30, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    _ = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }

  deinit { close(descriptor) }

  /// Sends without waiting; how many bytes were taken.
  func sendSome(_ bytes: [UInt8]) -> Int {
    Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
  }

  func send(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count <= 0 { return }
      rest = rest.dropFirst(count)
    }
  }

  private func receive(_ count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var have = 0
    while have < count {
      let more = bytes.withUnsafeMutableBytes {
        recv(descriptor, $0.baseAddress?.advanced(by: have), count - have, 0)
      }
      if more <= 0 { return nil }
      have += more
    }
    return bytes
  }

  /// The next message, nil when the other side is gone (or silent for too long).
  func message() -> [UInt8]? {
    guard let header = receive(8) else { return nil }
    let length = Int(header[2]) << 8 | Int(header[3])
    guard length > 8 else { return header }
    return receive(length - 8).map { header + $0 }
  }

  func decoded() -> (any Message)? {
    message().flatMap { try? MessageCodec.decode($0, WireContext(version)).message }
  }

  func send(_ message: any Message, xid: UInt32 = 1) {
    send(MessageCodec.encode(message, xid: xid, WireContext(version)) ?? [])
  }

  /// Says hello and takes the switch's.
  func greet() {
    send(Hello())
    _ = message()
  }
}
