import Fields
import TestSupport
import Testing

@testable import OpenFlow

/// Matches on the wire, compared with what OVS makes of the same bytes.
@Suite struct MatchCodecTests {
  private static let versions: [OpenFlowVersion?] = [nil, .v12, .v13, .v15]

  @Test func entriesAreReadAndWrittenAsOVSDoes() throws {
    for (text, results) in RecordedMatches.all {
      let bytes = try EntryText.bytes(text)
      for (version, expected) in zip(Self.versions, results) {
        #expect(outcome(bytes, version) == expected, "\(text) in \(String(describing: version))")
      }
    }
  }

  private func outcome(_ bytes: [UInt8], _ version: OpenFlowVersion?) -> String {
    var reader = WireReader(bytes, tooShort: .badMatchLength)
    let rules = Match.ExtensibleRules(takesCookie: version == nil)
    do {
      let result = try Match.readEntries(from: &reader, WireContext(version ?? .v10), rules)
      var writer = WireWriter()
      if version == nil {
        result.match.writeExtensible(
          to: &writer, cookie: result.cookie, cookieMask: result.cookieMask)
      } else {
        result.match.writeEntries(to: &writer, version: version?.rawValue ?? 0)
      }
      return try EntryText.format(writer.bytes)
    } catch {
      return "!\(error)"
    }
  }

  /// What is read from what was written is the same match, in every version.
  @Test func matchesSurvive() throws {
    for (text, _) in RecordedMatches.all {
      var reader = WireReader(try EntryText.bytes(text), tooShort: .badMatchLength)
      // Parts of a tag, and ports without a protocol, are more than every version can say.
      guard let match = try? Match.readEntries(from: &reader).match, !text.contains("VLAN_TCI"),
        !text.contains("CT_TP_SRC")
      else { continue }
      for version in [OpenFlowVersion.v12, .v13, .v14, .v15] {
        var writer = WireWriter()
        match.write(to: &writer, WireContext(version))
        #expect(writer.count % 8 == 0)
        var again = WireReader(writer.bytes)
        #expect(try Match.read(from: &again, WireContext(version)) == match, "\(text)")
      }
    }
  }

  @Test func theMatchOfOpenFlow11() throws {
    let texts = [
      "", "in_port=1", "in_port=LOCAL", "dl_src=00:00:00:00:00:01/00:00:00:00:00:ff", "dl_vlan=5",
      "vlan_tci=0x0000", "vlan_tci=0x1000/0x1000", "dl_vlan=5,dl_vlan_pcp=3",
      "ip,nw_src=10.0.0.0/8,nw_tos=16", "tcp,tp_src=80,tp_dst=0x50/0xf0",
      "icmp,icmp_type=8,icmp_code=0", "arp,arp_spa=1.2.3.4,arp_op=1",
      "mpls,mpls_label=5,mpls_tc=3", "metadata=0x5/0xff", "dl_type=0x1234",
    ]
    for text in texts where !text.contains("/0xf0") {
      let match = try MatchText.parse(text)
      var writer = WireWriter()
      match.write(to: &writer, WireContext(.v11))
      #expect(writer.count == 88)
      var reader = WireReader(writer.bytes)
      #expect(MatchText.format(try Match.read(from: &reader, WireContext(.v11))) == text, "\(text)")
    }
  }

  @Test func matchesOfOpenFlow11ThatAreWrong() throws {
    func error(_ change: (inout [UInt8]) -> Void) -> OpenFlowError? {
      var writer = WireWriter()
      Match().write(to: &writer, WireContext(.v11))
      var bytes = writer.bytes
      change(&bytes)
      var reader = WireReader(bytes)
      do {
        _ = try Match.read(from: &reader, WireContext(.v11))
        return nil
      } catch { return error }
    }
    #expect(error { _ in } == nil)
    #expect(error { $0[1] = 2 } == .badMatchType)
    #expect(error { $0[3] = 80 } == .badMatchLength)
    #expect(error { $0.removeLast() } == .badMatchLength)
    #expect(
      error {
        $0[11] &= ~1
        $0[5] = 1
      } == .badMatchValue)
    #expect(
      error {
        $0[11] &= ~2
        $0[36] = 0x20
      } == .badMatchValue)
  }

  /// Damaged entries are errors or matches.
  @Test func damagedEntries() throws {
    var random = SplitMix(seed: 3)
    for (index, (text, _)) in RecordedMatches.all.enumerated() where index % 7 == 0 {
      let bytes = try EntryText.bytes(text)
      for length in 0..<bytes.count { _ = outcome(Array(bytes.prefix(length)), .v13) }
      guard !bytes.isEmpty else { continue }
      for _ in 0..<8 {
        var damaged = bytes
        damaged[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
        _ = outcome(damaged, .v15)
      }
    }
  }
}

/// Entries as `ovs-ofctl parse-nxm` writes them: `NXM_OF_ETH_TYPE(0800), NXM_NX_REG0_W(01/0f)`.
enum EntryText {
  struct Malformed: Error { let text: String }

  static func bytes(_ text: String) throws -> [UInt8] {
    var writer = WireWriter()
    for entry in text.split(separator: ",") where text != "<any>" {
      let parts = entry.split { "(/) ".contains($0) }
      let values = parts.dropFirst().map { OpenFlowTests.bytes(hex: $0) }
      if let bits = UInt32(parts[0], radix: 16) {
        writer.u32(bits)
      } else if parts[0].count == 16, let bits = UInt64(parts[0], radix: 16) {
        writer.u64(bits)
      } else {
        try header(String(parts[0]), bytes: values[0].count, masked: values.count > 1)
          .write(to: &writer)
      }
      for value in values { writer.append(value) }
    }
    return writer.bytes
  }

  private static func header(
    _ name: String, bytes: Int, masked: Bool
  ) throws -> NXMHeader {
    let plain = name.hasSuffix("_W") ? String(name.dropLast(2)) : name
    if plain == "NXM_NX_COOKIE" { return NXMHeader(1, 30, valueBytes: 8, hasMask: masked) }
    guard
      let header = MatchFieldCatalog.all.flatMap(\.headers).first(where: { $0.name == plain })
    else { throw Malformed(text: name) }
    return NXMHeader(header, hasMask: masked)
  }

  static func format(_ bytes: [UInt8]) throws -> String {
    var items: [String] = []
    var reader = WireReader(bytes)
    while reader.remaining >= 4 && bytes.suffix(reader.remaining).contains(where: { $0 != 0 }) {
      let header = try NXMHeader(from: &reader)
      let record = MatchFieldCatalog.all.flatMap(\.headers).first {
        $0.oxmClass == header.oxmClass && $0.field == header.number
          && $0.experimenter == header.experimenter
      }
      let name = header.isExactly(1, 30, bytes: 8) ? "NXM_NX_COOKIE" : record?.name ?? "?"
      var item = name + (header.hasMask ? "_W(" : "(") + hex(try reader.take(header.valueBytes))
      if header.hasMask { item += "/" + hex(try reader.take(header.valueBytes)) }
      items.append(item + ")")
    }
    return items.isEmpty ? "<any>" : items.joined(separator: ", ")
  }

  private static func hex(_ bytes: ArraySlice<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

/// Matches in text.
@Suite struct MatchTextTests {
  @Test func textsAreReadAndPrintedAsOVSDoes() {
    for (text, expected) in RecordedMatchTexts.all {
      let result: String
      do {
        result = MatchText.format(try MatchText.parse(text))
      } catch {
        result = "!\(error)"
      }
      #expect(result == expected, "\(text)")
    }
  }

  /// What is printed is read as the same match.
  @Test func textsSurvive() throws {
    for (text, _) in RecordedMatchTexts.all where !text.contains("packet_type") {
      guard let match = try? MatchText.parse(text) else { continue }
      let printed = MatchText.format(match).replacing("gtpu_", with: "tun_gtpu_")
      #expect(try MatchText.parse(printed) == match, "\(text)")
    }
  }

  @Test func tunnelOptions() throws {
    var table = TunnelOptionTable()
    try table.add(.init(optionClass: 1, type: 2, length: 4, index: 0))
    try table.add(.init(optionClass: 1, type: 3, length: 124, index: 5))
    let context = TextContext(tunnelOptions: table)
    var wire = WireContext(.v13)
    wire.tunnelOptions = table
    let long = "0x1" + String(repeating: "23", count: 120)
    let texts = [
      "tun_metadata0", "tun_metadata0=0x1", "tun_metadata0=0x1/0x3", "tun_metadata5=\(long)",
      "tun_metadata0=0x5,tun_metadata5=\(long)/\(long)",
    ]
    for text in texts {
      let match = try MatchText.parse(text, context)
      #expect(MatchText.format(match, options: table) == text)
      var writer = WireWriter()
      match.write(to: &writer, wire)
      var reader = WireReader(writer.bytes)
      #expect(try Match.read(from: &reader, wire) == match)
      wire.tunnelOptions = TunnelOptionTable()
      var again = WireReader(writer.bytes)
      #expect(throws: OpenFlowError.invalidTLVField) { try Match.read(from: &again, wire) }
      wire.tunnelOptions = table
    }
  }

  @Test func optionsShareTheSpace() throws {
    var table = TunnelOptionTable()
    try table.add(.init(optionClass: 1, type: 0, length: 124, index: 0))
    try table.add(.init(optionClass: 1, type: 1, length: 124, index: 1))
    try table.add(.init(optionClass: 1, type: 2, length: 4, index: 2))
    #expect(throws: TunnelOptionTable.Refusal.alreadyMapped) {
      try table.add(.init(optionClass: 1, type: 9, length: 4, index: 2))
    }
    #expect(throws: TunnelOptionTable.Refusal.duplicate) {
      try table.add(.init(optionClass: 1, type: 2, length: 4, index: 3))
    }
    #expect(throws: TunnelOptionTable.Refusal.full) {
      try table.add(.init(optionClass: 1, type: 3, length: 8, index: 3))
    }
    #expect(throws: TunnelOptionTable.Refusal.badLength) {
      try table.add(.init(optionClass: 1, type: 3, length: 3, index: 3))
    }
    try table.remove(0)
    try table.add(.init(optionClass: 1, type: 3, length: 64, index: 3))
    #expect(table.field(3)?.offset == Flow.Offset.tunnelOptions)
    #expect(table.field(1)?.offset == Flow.Offset.tunnelOptions + 124)
  }
}
