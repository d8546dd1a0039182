import OpenFlow
import Testing

@testable import Pipeline

/// Flow-mods that come one on another are worked off together; nobody can tell.
@Suite struct FlowModRunTests {
  private let xids: ClosedRange<UInt32> = 1...2000

  private func flowMod(_ n: UInt32, _ text: String) throws -> [UInt8] {
    let request = try FlowText.parse(text)
    return MessageCodec.encode(request, xid: n, WireContext()) ?? []
  }

  /// Wrong ones among a thousand right ones: each gets its error, in order, and does nothing.
  @Test func errorsAreThoseOfTheirRequests() throws {
    let fixture = try ServiceFixture()
    defer { fixture.stop() }
    let client = RawClient(fixture.socket)
    client.greet()
    var bytes: [UInt8] = []
    var wrong: [[UInt8]] = []
    for n in xids {
      var request = try flowMod(n, "priority=\(n),ip,nw_dst=10.0.0.1,actions=output:1")
      switch n % 100 {
      // No such command.
      case 7: request[57] = 9
      // No such port.
      case 50: request.replaceSubrange(76..<78, with: [0xff, 0x01])
      // Cut short: an action of which half is there.
      case 90: request.replaceSubrange(74..<76, with: [0, 16])
      default:
        bytes += request
        continue
      }
      wrong.append(request)
      bytes += request
    }
    client.send(bytes)
    client.send(BarrierRequest(), xid: 9999)
    for request in wrong {
      let answer = client.message() ?? []
      #expect(answer.prefix(2) == [1, 1])
      #expect(answer.dropFirst(4).prefix(4) == request[4..<8])
      #expect(Array(answer.dropFirst(12).prefix(64)) == Array(request.prefix(64)))
    }
    #expect(client.decoded() is BarrierReply)
    #expect(wrong.count == 60)
    let bridge = fixture.service.bridge
    let priorities = try fixture.control.sync { bridge.rules(FlowSelection()).map(\.priority) }
    let right = xids.filter { ![7, 50, 90].contains($0 % 100) }.map { UInt16($0) }
    #expect(priorities == right.reversed())
  }

  /// A message that a flow brings on comes before the answer to the request behind it.
  @Test func newsComeInOrder() throws {
    let fixture = try ServiceFixture()
    defer { fixture.stop() }
    let service = fixture.service
    fixture.pipeline.onFlowRemoved = { _, rule, reason in service.flowRemoved(rule, reason) }
    let client = RawClient(fixture.socket)
    client.greet()
    client.send(SetConfig(.init(missSendLength: 128)))
    var bytes: [UInt8] = []
    for n in UInt32(1)...50 {
      bytes += try flowMod(n * 3, "cookie=\(n),send_flow_rem,in_port=1,actions=output:2")
      var delete = FlowMod(.deleteStrict)
      delete.match = try FlowText.parse("in_port=1,actions=drop").match
      bytes += MessageCodec.encode(delete, xid: n * 3 + 1, WireContext()) ?? []
      bytes += [1, 14, 0, 8, 0, 0, 0, UInt8(n)]
    }
    client.send(bytes)
    for n in UInt64(1)...50 {
      #expect((client.decoded() as? FlowRemoved)?.cookie == n)
      #expect((client.decoded() as? ErrorMessage)?.error == .badLength)
    }
  }
}
