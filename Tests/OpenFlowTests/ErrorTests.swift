import Testing

@testable import OpenFlow

/// Requests that are wrong, and what Debian's OVS 3.1 answered to them.
@Suite struct ErrorTests {
  private func error(_ bytes: [UInt8], tables: Bool = false) -> OpenFlowError? {
    var context = WireContext()
    context.flowModTableID = tables
    do {
      _ = try MessageCodec.decode(bytes, context)
      return nil
    } catch {
      return error
    }
  }

  private func message(_ type: UInt8, _ body: [UInt8]) -> [UInt8] {
    var writer = WireWriter()
    writer.u8(1)
    writer.u8(type)
    writer.u16(UInt16(8 + body.count))
    writer.u32(5)
    writer.append(body)
    return writer.bytes
  }

  private func flowMod(
    command: UInt16 = 0, flags: UInt16 = 0, idle: UInt16 = 0, actions: String = ""
  ) -> [UInt8] {
    var writer = WireWriter()
    writer.u32(Match.allWildcards10)
    writer.zeros(36 + 8)
    writer.u16(command)
    writer.u16(idle)
    writer.zeros(2)
    writer.u16(1)
    writer.u32(FlowMod.noBuffer)
    writer.u16(OpenFlowPort.none)
    writer.u16(flags)
    writer.append(bytes(hex: actions))
    return message(14, writer.bytes)
  }

  @Test func requests() {
    #expect(error(message(77, [1])) == .badType)
    #expect(error(message(16, bytes(hex: "00630000"))) == .badStat)
    #expect(error(message(4, bytes(hex: "0000000100000001"))) == .badVendor)
    #expect(error(message(4, bytes(hex: "000023200000270f"))) == .badSubtype)
    #expect(error(message(4, bytes(hex: "0000"))) == .badLength)
    #expect(error(message(14, [])) == .badLength)
    #expect(error(message(16, bytes(hex: "0000000000000000"))) == .badLength)
    #expect(error(message(18, [1, 2, 3, 4])) == .badLength)
    #expect(error(bytes(hex: "0405000800000005")) == .badVersion)
    #expect(error(message(9, bytes(hex: "fff00007"))) == .badConfigFlags)
    #expect(error(message(4, bytes(hex: "000023200000000c00000009"))) == .requestNotPermitted)
  }

  /// Every error has a name that no other has, and is what its numbers say it is.
  @Test func numbers() {
    #expect(OpenFlowError.all.count == 198)
    #expect(Set(OpenFlowError.all.map(\.name)).count == OpenFlowError.all.count)
    // Old versions tell these from another error of theirs.
    let merged = Set(["OFPBRC_IS_SECONDARY", "OFPBIC_BAD_EXP_TYPE"])
    for error in OpenFlowError.all where !merged.contains(error.name) {
      for version in OpenFlowVersion.allCases {
        guard let number = error.number(in: version) else { continue }
        let found = OpenFlowError.find(
          version, vendor: number.vendor, type: number.type, code: number.code)
        #expect(found == error, "\(error) in \(version)")
      }
    }
  }

  @Test func frames() {
    let cases: [(OpenFlowError, OpenFlowVersion, String)] = [
      (.badTableID, .v10, "b0c20000 00002320 00010200"), (.badTableID, .v11, "00010009"),
      (.nxmInvalid, .v11, "b0c20000 00002320 00010100"), (.nxmInvalid, .v13, "ffff0002 00002320"),
      (.duplicateInstruction, .v11, "b0c20000 00002320 00030100"),
      (.duplicateInstruction, .v13, "ffff0a28 4f4e4600"),
      (.duplicateInstruction, .v15, "00030009"),
      // What a version has no number for.
      (.unknownInstruction, .v10, "b0c20000 00002320 00010209"),
      (.badActionMeter, .v13, "ffff000a 00002320"),
    ]
    for (error, version, expected) in cases {
      let message = MessageCodec.encode(
        ErrorMessage(error, request: [1]), xid: 0, WireContext(version))
      #expect(message.map { Array($0[8...]) } == bytes(hex: expected) + [1], "\(error)")
    }
  }

  @Test func flowMods() {
    #expect(error(flowMod(command: 9)) == .badCommand)
    #expect(error(flowMod(command: 0x0100)) == .badCommand)
    #expect(error(flowMod(command: 0x0100), tables: true) == nil)
    #expect(error(flowMod(flags: 0x80)) == .badFlags)
    #expect(error(flowMod(flags: 4)) == .tableFull)
    #expect(error(flowMod(flags: 4, idle: 5)) == .badEmergencyTimeout)
  }

  @Test func actions() {
    let cases: [(String, OpenFlowError?)] = [
      ("0000000700 0000", .badLength), ("0000 0008 0002 0000 000000", .badLength),
      ("0000 0010 0002 0000 0000000000000000", .badActionLength),
      ("0000 0010 0002 0000", .badActionLength), ("0063 0008 00000000", .badActionType),
      ("0000 0000 00000000", .badActionLength),
      ("ffff 0010 00001234 0000 000000000000", .badActionVendor),
      ("ffff 0010 00002320 270f 000000000000", .badActionVendorType),
      ("ffff 0008 00002320", .badActionLength),
      ("0000 0008 ffff 0000", .badOutPort), ("0000 0008 ff00 0000", .badOutPort),
      ("0000 0008 fff7 0000", .badOutPort), ("0000 0008 0000 0000", nil),
      ("0001 0008 1388 0000", .badActionArgument), ("0002 0008 09 000000", .badActionArgument),
      ("0008 0008 03 000000", .badActionArgument),
      ("ffff 0018 00002320 0007 001f 00011104 0000000000000005", .badSetType),
      ("ffff 0018 00002320 0007 051f 00010004 0000000000000005", .badSetLength),
      ("ffff 0018 00002320 0007 0003 00010004 00000000000001f4", .badActionArgument),
      ("ffff 0018 00002320 0007 000f 00000602 0000000000000005", .badSetArgument),
      ("ffff 0018 00002320 0007 001f 00000e04 0000000000000005", .matchInconsistent),
      ("ffff 0010 00002320 000e 0001 01 616263", .badActionArgument),
      ("ffff 0010 00002320 0001 0001 01 616263", nil),
      ("ffff 0018 00002320 0006 0020 0001 0000 00010004 00010204", .badSetLength),
      ("ffff 0018 00002320 0006 0000 0001 0000 00010004 00010204", .badSetLength),
      ("000b 0010 0002 000000000000 00000000", nil),
      ("000c 0008 00000000", .badActionType),
    ]
    for (actions, expected) in cases {
      #expect(error(flowMod(actions: actions)) == expected, "\(actions)")
    }
  }

  @Test func texts() {
    let cases: [(String, String)] = [
      ("in_port=1", "must specify an action"),
      ("foo=1,actions=drop", "unknown keyword foo"),
      ("actions=foo", "unknown action foo"),
      ("dl_src=1,actions=drop", "1: invalid Ethernet address"),
      ("nw_src=1.2.3/8,ip,actions=drop", "1.2.3/8: invalid IP address"),
      ("actions=drop,2", "\"drop\" must not be accompanied by any other action or instruction"),
      ("actions=load:1->foo[]", "foo[]: unknown field `foo'"),
      ("actions=load:1->reg0[5..3]", "reg0[5..3]: starting bit 5 is after ending bit 3"),
      ("in_port,actions=drop", "0/0: invalid or unknown port for in_port"),
      (
        "actions=load:1->NXM_OF_IP_SRC[]",
        "actions are invalid with specified match (OFPBAC_MATCH_INCONSISTENT)"
      ),
    ]
    for (text, expected) in cases {
      #expect(throws: FlowTextError(expected), "\(text)") { try FlowText.parse(text) }
    }
  }
}
