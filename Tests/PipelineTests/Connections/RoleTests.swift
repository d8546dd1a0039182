import Glibc
import OpenFlow
import Testing

@testable import Pipeline

/// Several controllers on one bridge.
@Suite struct RoleTests {
  private func with(
    _ count: Int, _ version: OpenFlowVersion, _ body: (ServiceFixture, [RawClient]) throws -> Void
  ) throws {
    let fixture = try ServiceFixture()
    defer { fixture.stop() }
    let clients = (0..<count).map { _ in
      let client = RawClient(fixture.socket)
      client.version = version
      client.greet()
      return client
    }
    try body(fixture, clients)
  }

  @Test func onePrimaryAndStaleElections() throws {
    try with(2, .v14) { _, clients in
      let (a, b) = (clients[0], clients[1])
      #expect(a.role(.noChange) == .role(.equal, nil))
      #expect(a.role(.primary, 5) == .role(.primary, 5))
      #expect(b.role(.primary, 4) == .error("OFPRRFC_STALE"))
      #expect(b.role(.equal, 0) == .role(.equal, 5))
      #expect(b.role(.primary, 6) == .role(.primary, 6))
      #expect((a.decoded() as? RoleStatus)?.role == .secondary)
      #expect(a.role(.noChange) == .role(.secondary, 6))
    }
  }

  @Test func secondaryMayOnlyLook() throws {
    try with(1, .v10) { fixture, clients in
      let client = clients[0]
      client.send(RoleRequest(.secondary, isNicira: true))
      #expect((client.decoded() as? RoleReply)?.role == .secondary)
      client.send(try FlowText.parse("actions=drop"))
      #expect((client.decoded() as? ErrorMessage)?.error == .requestNotPermitted)
      client.send(DescriptionRequest())
      #expect(client.decoded() is DescriptionReply)
      #expect(fixture.service.bridge.flowCount == 0)
    }
  }

  @Test func whoLosesTheRoleIsToldIfItWants() throws {
    try with(2, .v14) { _, clients in
      let (a, b) = (clients[0], clients[1])
      #expect(a.role(.primary, 1) == .role(.primary, 1))
      #expect(b.role(.primary, 2) == .role(.primary, 2))
      let status = a.decoded() as? RoleStatus
      #expect(status?.role == .secondary && status?.generation == 2)
    }
  }

  /// Service connections get no news until they say that they want some.
  @Test func newsGoToThoseWhoWantThem() throws {
    try with(3, .v14) { fixture, clients in
      clients[0].send(SetAsync([.init(.requestForward, .primary, 1)]))
      clients[1].send(SetAsync([.init(.requestForward, .primary, 2)]))
      for client in clients {
        client.send(BarrierRequest())
        #expect(client.decoded() is BarrierReply)
      }
      try fixture.control.sync {
        fixture.service.forward(EchoRequest([7]), .groupMod, xid: 9)
        fixture.service.tell(.portStatus, reason: 0) { _ in EchoRequest([8]) }
      }
      #expect((clients[0].decoded() as? RequestForward)?.request == [5, 2, 0, 9, 0, 0, 0, 9, 7])
      #expect((clients[0].decoded() as? EchoRequest)?.payload == [8])
      #expect((clients[1].decoded() as? EchoRequest)?.payload == [8])
      clients[2].send(BarrierRequest())
      #expect(clients[2].decoded() is BarrierReply)
    }
  }
}

extension RawClient {
  enum RoleAnswer: Equatable {
    case role(ControllerRole, UInt64?)
    case error(String)
    case nothing
  }

  func role(_ role: ControllerRole, _ generation: UInt64? = nil) -> RoleAnswer {
    send(RoleRequest(role, generation: generation))
    switch decoded() {
    case let reply as RoleReply: return .role(reply.role, reply.generation)
    case let error as ErrorMessage: return .error(error.error.name)
    default: return .nothing
    }
  }
}
