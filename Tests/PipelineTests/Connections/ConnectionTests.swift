import Fields
import Glibc
import OpenFlow
import Testing

@testable import Pipeline

@Suite struct ConnectionTests {
  private func with(_ body: (ServiceFixture, RawClient) throws -> Void) throws {
    let fixture = try ServiceFixture()
    defer { fixture.stop() }
    let client = RawClient(fixture.socket)
    client.greet()
    try body(fixture, client)
  }

  @Test func answersRequestsInOrder() throws {
    try with { _, client in
      for i in 0..<300 { client.send(EchoRequest([UInt8(i % 256)]), xid: UInt32(i)) }
      client.send(BarrierRequest(), xid: 300)
      client.send(EchoRequest([7]), xid: 301)
      for i in 0..<300 { #expect((client.decoded() as? EchoReply)?.payload == [UInt8(i % 256)]) }
      #expect(client.decoded() is BarrierReply)
      #expect(client.decoded() is EchoReply)
    }
  }

  @Test func flowsComeAndGo() throws {
    try with { _, client in
      client.send(try FlowText.parse("in_port=1,actions=output:2"))
      client.send(try FlowText.parse("priority=7,ip,nw_dst=10.0.0.0/8,actions=NORMAL"))
      client.send(FlowStatsRequest(FlowFilter(), extended: true))
      let flows = (client.decoded() as? FlowStatsReply)?.entries ?? []
      #expect(flows.map(\.priority) == [32768, 7])
      #expect(flows.map { MatchText.format($0.match) } == ["in_port=1", "ip,nw_dst=10.0.0.0/8"])
      client.send(AggregateStatsRequest(FlowFilter(), extended: false))
      #expect((client.decoded() as? AggregateStatsReply)?.flowCount == 2)
      client.send(FlowMod(.delete))
      client.send(AggregateStatsRequest(FlowFilter(), extended: false))
      #expect((client.decoded() as? AggregateStatsReply)?.flowCount == 0)
    }
  }

  @Test func wrongRequestsGetErrorsWithThemselvesInside() throws {
    try with { _, client in
      let requests: [[UInt8]] = [
        [1, 77, 0, 9, 0, 0, 0, 5, 1], [1, 18, 0, 9, 0, 0, 0, 5, 1], [4, 5, 0, 8, 0, 0, 0, 5],
        [1, 6, 0, 8, 0, 0, 0, 5], [1, 0, 0, 8, 0, 0, 0, 5],
      ]
      for request in requests {
        client.send(request)
        let answer = client.message() ?? []
        #expect(answer.first == request[0] && answer.dropFirst().first == 1)
        #expect(answer.suffix(request.count) == request[...])
      }
      client.send(EchoRequest())
      #expect(client.decoded() is EchoReply)
    }
  }

  /// Messages may come in any pieces.
  @Test func bytesComeAsTheyLike() throws {
    try with { _, client in
      let request = MessageCodec.encode(EchoRequest([1, 2, 3]), xid: 1, WireContext()) ?? []
      for byte in request + request { client.send([byte]) }
      client.send(request + request + request.dropLast(5))
      client.send(Array(request.suffix(5)))
      for _ in 0..<5 { #expect((client.decoded() as? EchoReply)?.payload == [1, 2, 3]) }
    }
  }

  @Test func snoopingNeedsAController() throws {
    let fixture = try ServiceFixture()
    defer { fixture.stop() }
    #expect(RawClient(fixture.directory + "/br0.snoop").message() == nil)
  }

  @Test func impossibleLengthClosesTheConnection() throws {
    try with { _, client in
      client.send([1, 2, 0, 4, 0, 0, 0, 5])
      #expect(client.message() == nil)
    }
  }

  @Test func noCommonVersion() throws {
    let fixture = try ServiceFixture()
    defer { fixture.stop() }
    let client = RawClient(fixture.socket)
    client.send([7, 0, 0, 16, 0, 0, 0, 1, 0, 1, 0, 8, 0, 0, 0, 0x80])
    // All versions up to 1.5 need no bitmap.
    #expect(client.message() == [6, 0, 0, 8, 0, 0, 0, 0])
    let error = client.decoded() as? ErrorMessage
    #expect(error?.error == .incompatible)
    #expect(
      error.map { String(decoding: $0.request, as: UTF8.self) }
        == "We support version 0x06 and earlier, you support version 0x07, no common versions.")
    #expect(client.message() == nil)
  }

  /// The bridge's `protocols` decide; its hello says so.
  @Test func versionsAreTheBridges() throws {
    let fixture = try ServiceFixture()
    defer { fixture.stop() }
    try fixture.control.sync {
      var settings = ControllerSettings(.service)
      settings.versions = VersionSet([.v10, .v13])
      fixture.service.setControllers([:], management: settings)
    }
    usleep(50_000)  // the socket is made anew
    let client = RawClient(fixture.socket)
    client.send([6, 0, 0, 8, 0, 0, 0, 1])
    #expect(client.message() == [4, 0, 0, 16, 0, 0, 0, 0, 0, 1, 0, 8, 0, 0, 0, 0x12])
    client.send([4, 2, 0, 9, 0, 0, 0, 2, 7])
    #expect(client.message() == [4, 3, 0, 9, 0, 0, 0, 2, 7])
    // Echoes may have any version.
    client.send([6, 2, 0, 9, 0, 0, 0, 2, 7])
    #expect(client.message() == [6, 3, 0, 9, 0, 0, 0, 2, 7])
    client.send([6, 20, 0, 8, 0, 0, 0, 3])
    #expect(client.message() == [6, 1, 0, 20, 0, 0, 0, 3, 0, 1, 0, 0, 6, 20, 0, 8, 0, 0, 0, 3])
  }

  @Test func portsChange() throws {
    try with { fixture, client in
      // Who asks for a change is not told of it, others are.
      let other = RawClient(fixture.socket)
      other.greet()
      for client in [client, other] {
        client.send(SetConfig(.init(missSendLength: 128)))
        client.send(BarrierRequest())
        _ = client.message()
      }
      let address = EthernetAddress(0xaa55_aa55_0001)
      client.send(PortMod(port: 1, address: address, config: .noFlood, mask: .noFlood))
      let status = other.decoded() as? PortStatus
      #expect(status?.reason == .modify && status?.port.config == .noFlood)
      client.send(PortMod(port: 1, address: .zero, config: [], mask: .noFlood))
      #expect((client.decoded() as? ErrorMessage)?.error == .portModBadAddress)
      client.send(PortDescriptionRequest())
      let ports = (client.decoded() as? PortDescriptionReply)?.entries ?? []
      #expect(ports.map(\.name) == ["p1", "p2", "br0"])
    }
  }

  @Test func packetOut() throws {
    try with { fixture, client in
      let packet = [UInt8](repeating: 2, count: 60)
      client.send(
        PacketOut(
          inPort: OpenFlowPort.none, actions: [SetEthSrc(.broadcast), OutputAction(port: 2)],
          packet: packet))
      client.send(BarrierRequest())
      #expect(client.decoded() is BarrierReply)
      #expect(fixture.sink.executed.map(\.packet) == [packet])
      #expect(fixture.sink.executed.first?.actions.last == .output(2))
    }
  }

  /// One that asks and does not read is asked to wait, and costs no memory for it.
  @Test func aClientThatDoesNotReadStopsBeingRead() throws {
    try with { fixture, client in
      for i in 0..<2000 {
        client.send(try FlowText.parse("dl_dst=00:00:00:00:00:00,priority=\(i),actions=output:2"))
      }
      let request =
        MessageCodec.encode(FlowStatsRequest(FlowFilter(), extended: true), xid: 1, WireContext())
        ?? []
      var sent = 0
      var idle = 0
      while idle < 20, sent < 1 << 20 {
        let count = client.sendSome(request)
        if count > 0 {
          sent += count
          idle = 0
        } else {
          idle += 1
          usleepABit()
        }
      }
      // Each request of 32 bytes asks for 180 kB: only what sockets hold has been taken.
      #expect(sent < 1 << 20)
      // Others do not notice.
      let other = RawClient(fixture.socket)
      other.greet()
      other.send(EchoRequest())
      #expect(other.decoded() is EchoReply)
      // And the slow one gets its answers when it reads.
      for _ in 0..<8 { #expect(client.decoded() is FlowStatsReply) }
    }
  }

  private func usleepABit() {
    var wait = timespec(tv_sec: 0, tv_nsec: 2_000_000)
    nanosleep(&wait, nil)
  }
}
