import Glibc
import OpenFlow
import Testing

@testable import Pipeline

/// Connections that mean no good cost little, and others do not notice.
@Suite struct HostileTests {
  private func expectServed(_ fixture: ServiceFixture) {
    let client = RawClient(fixture.socket)
    client.greet()
    client.send(EchoRequest([1]))
    #expect((client.decoded() as? EchoReply)?.payload == [1])
  }

  @Test func tooManyConnectionsAreRefused() throws {
    let fixture = try ServiceFixture()
    defer { fixture.stop() }
    let most = 20
    try fixture.control.sync { fixture.service.maxConnections = most }
    let first = RawClient(fixture.socket)
    first.greet()
    var clients: [RawClient] = []
    for _ in 0..<most - 1 {
      let client = RawClient(fixture.socket)
      client.greet()
      clients.append(client)
    }
    #expect(RawClient(fixture.socket).message() == nil)
    // Who came earlier is served.
    first.send(EchoRequest([1]))
    #expect(first.decoded() is EchoReply)
    clients = []
    usleep(100_000)
    expectServed(fixture)
  }

  /// Who says nothing has a second to change its mind.
  @Test func halfOpenConnectionsEnd() throws {
    let fixture = try ServiceFixture()
    defer { fixture.stop() }
    let silent = RawClient(fixture.socket)
    let slow = RawClient(fixture.socket)
    slow.send([1, 0, 0])
    #expect(silent.message() != nil && silent.message() == nil)
    #expect(slow.message() != nil && slow.message() == nil)
    #expect(try fixture.control.sync { fixture.service.connectionCount } == 0)
  }

  @Test func garbageEndsAConnection() throws {
    let fixture = try ServiceFixture()
    defer { fixture.stop() }
    var random = SystemRandomNumberGenerator()
    for _ in 0..<50 {
      let client = RawClient(fixture.socket)
      client.send((0..<400).map { _ in UInt8.random(in: 0...255, using: &random) })
    }
    for _ in 0..<50 {
      let client = RawClient(fixture.socket)
      client.greet()
      client.send((0..<400).map { _ in UInt8.random(in: 0...255, using: &random) })
    }
    expectServed(fixture)
  }

  /// A flood of requests is worked off in turns with others.
  @Test func floodsTakeTurns() throws {
    let fixture = try ServiceFixture()
    defer { fixture.stop() }
    let flood = RawClient(fixture.socket)
    flood.greet()
    let request = MessageCodec.encode(try FlowText.parse("actions=drop"), xid: 1, WireContext())
    let many = [[UInt8]](repeating: request ?? [], count: 20_000).flatMap { $0 }
    #expect(flood.sendSome(many) > 0)
    expectServed(fixture)
  }

  /// News that nobody reads end the connection instead of filling memory.
  @Test func unreadNewsEndAConnection() throws {
    let fixture = try ServiceFixture()
    defer { fixture.stop() }
    let client = RawClient(fixture.socket, receiveBuffer: 2048)
    client.greet()
    client.send(SetConfig(.init(missSendLength: 128)))
    client.send(BarrierRequest())
    _ = client.message()
    for _ in 0..<60 {
      try fixture.control.sync {
        for _ in 0..<10 {
          fixture.service.tell(.portStatus, reason: 0) { _ in
            EchoRequest([UInt8](repeating: 0, count: 65_000))
          }
        }
      }
    }
    #expect(try fixture.control.sync { fixture.service.connectionCount } == 0)
    expectServed(fixture)
  }
}
