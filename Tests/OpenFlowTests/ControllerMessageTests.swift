import Testing

@testable import OpenFlow

/// Roles, asynchronous configuration and what else a controller says about its connection.
@Suite struct ControllerMessageTests {
  static let messages: [any Message] = [
    RoleRequest(.primary, generation: 7),
    RoleRequest(.secondary, isNicira: true), RoleReply(.equal, generation: 3), RoleReply(.primary),
    RoleReply(.secondary, isNicira: true), RoleStatus(.secondary, .primaryRequest, generation: 9),
    SetControllerID(77), SetPacketInFormat(.nxt2), GetAsyncRequest(),
    SetAsync([.init(.packetIn, .primary, 2), .init(.requestForward, .secondary, 3)]),
    SetAsync(
      [AsyncConfiguration.Kind.packetIn, .portStatus, .flowRemoved].flatMap { kind in
        [ControllerRole.primary, .secondary].map { SetAsync.Change(kind, $0, 2) }
      }, isComplete: true),
    GetAsyncReply(AsyncConfiguration(defaultsOf: .v15)), RequestForward([1, 2, 3, 4, 5, 6, 7, 8]),
  ]

  @Test func messagesSurviveTheWire() throws {
    for version in OpenFlowVersion.allCases {
      let context = WireContext(version)
      for message in Self.messages {
        guard let bytes = MessageCodec.encode(message, xid: 5, context) else { continue }
        let decoded = try MessageCodec.decode(bytes, context).message
        #expect(type(of: decoded) == type(of: message), "\(message) in \(version)")
        #expect(MessageCodec.encode(decoded, xid: 5, context) == bytes, "\(message) in \(version)")
      }
    }
  }

  /// What Debian's OVS 3.1 answered.
  @Test func recordedBytes() throws {
    let v15 = WireContext(.v15)
    #expect(
      MessageCodec.encode(RoleReply(.primary, generation: 6), xid: 1, v15)
        == hex("06190018000000010000000200000000" + "0000000000000006"))
    #expect(
      MessageCodec.encode(GetAsyncReply(AsyncConfiguration(defaultsOf: .v13)), xid: 1, .init(.v13))
        == hex("041b0020000000010000000300000000000000070000000700" + "00000f00000000"))
  }

  private func hex(_ text: String) -> [UInt8] {
    stride(from: 0, to: text.count, by: 2).compactMap { start in
      let low = text.index(text.startIndex, offsetBy: start)
      return UInt8(text[low..<text.index(low, offsetBy: 2)], radix: 16)
    }
  }

  private func errorOf(_ body: String, type: UInt8 = 28, _ version: OpenFlowVersion = .v15)
    -> OpenFlowError?
  {
    let bytes = hex(body)
    let length = UInt8(8 + bytes.count)
    do {
      _ = try MessageCodec.decode(
        [version.rawValue, type, 0, length, 0, 0, 0, 1] + bytes, WireContext(version))
      return nil
    } catch {
      return error
    }
  }

  @Test func wrongMasksAreRefused() {
    #expect(errorOf("0001000800000001") == nil)
    #expect(errorOf("000100080000ffff") == .invalidAsyncConfig)
    #expect(errorOf("0051000800000001") == .unsupportedAsyncConfig)
    #expect(errorOf("0001000400000000") == .badPropertyLength)
    #expect(errorOf("0001000000000000") == .badPropertyLength)
    #expect(errorOf("000100080000") == .badLength)
    #expect(errorOf("00000000" + "00000000" + "0000000000000000", type: 24, .v12) == nil)
    #expect(errorOf("ffffffff", .v13) == .badLength)
    // Of the fixed form unknown bits are ignored.
    #expect(errorOf(String(repeating: "ffffffff", count: 6), .v13) == nil)
  }

  @Test func wrongRolesAreRefused() {
    #expect(errorOf("00000004000000000000000000000000", type: 24, .v13) == .badRole)
    #expect(errorOf("000023200000000a00000003", type: 4, .v10) == .badRole)
    #expect(errorOf("0000232000000014" + "0000010000000001", type: 4, .v10) == .mustBeZero)
    #expect(errorOf("000023200000001000000003", type: 4, .v10) == .requestNotPermitted)
  }

  @Test func defaultsDependOnTheVersion() {
    let old = AsyncConfiguration(defaultsOf: .v10)
    let new = AsyncConfiguration(defaultsOf: .v14)
    typealias Reason = AsyncConfiguration.PacketInReason
    #expect(old.wants(.packetIn, reason: Reason.implicitMiss, in: .equal))
    #expect(!new.wants(.packetIn, reason: Reason.implicitMiss, in: .equal))
    #expect(!old.wants(.packetIn, reason: Reason.noMatch, in: .secondary))
    #expect(old.wants(.portStatus, reason: 1, in: .secondary))
    #expect(!old.wants(.flowRemoved, reason: 5, in: .primary))
    #expect(new.wants(.flowRemoved, reason: 5, in: .primary))
    #expect(!new.wants(.roleStatus, reason: 0, in: .primary))
    #expect(!old.wantsInvalidTTL)
  }

  /// A list changes what it names; the fixed form turns all else off.
  @Test func settingIsPartialOrComplete() {
    let basis = AsyncConfiguration(defaultsOf: .v13)
    let change = SetAsync.Change(.packetIn, .primary, 2)
    let partial = SetAsync([change]).applied(to: basis)
    #expect(partial[.packetIn, .primary] == 2 && partial[.portStatus, .primary] == 7)
    var complete = SetAsync([change], isComplete: true).applied(to: basis)
    #expect(complete[.packetIn, .primary] == 2 && complete[.portStatus, .primary] == 0)
    complete.settle(in: .v13)
    #expect(complete[.packetIn, .primary] == 0b111010)
  }
}
