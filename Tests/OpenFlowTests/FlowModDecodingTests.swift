import Fields
import TestSupport
import Testing

@testable import OpenFlow

/// The quick ways of reading flow-mods, against slow ones that are easy to believe.
@Suite struct FlowModDecodingTests {
  private var random = SplitMix(seed: 11)

  private mutating func pick<T>(_ values: [T]) -> T {
    values[Int.random(in: 0..<values.count, using: &random)]
  }

  /// A match is two flows, however it keeps them, and copies do not share changes.
  @Test mutating func matchesAreTwoFlows() {
    let fields = MatchFieldCatalog.all.filter { $0.tunnelOption == nil }
    for _ in 0..<300 {
      var (match, value, mask) = (Match(), Flow(), Flow())
      for _ in 0..<Int.random(in: 0...6, using: &random) {
        let field = pick(fields)
        let bits = UInt128(random.next()) << 64 | UInt128(random.next())
        let fieldMask = pick([field.allOnes, 0, bits & field.allOnes])
        let before = match
        match.set(field, ~bits, mask: fieldMask)
        field.store(~bits & fieldMask, mask: field.allOnes, in: &value)
        field.store(fieldMask, mask: field.allOnes, in: &mask)
        #expect(match.value(of: field) == field.value(in: value))
        #expect(match.mask(of: field) == field.value(in: mask))
        if before.mask != mask { #expect(before != match) }
      }
      #expect(match.value == value && match.mask == mask)
      let same = Match(value: value, mask: mask)
      #expect(match == same && match.hashValue == same.hashValue)
      #expect(match.isKeyOnly == (Flow(mask.key) == mask))
      var packet = value
      #expect(match.matches(packet))
      let field = pick(fields)
      field.store(~field.value(in: packet), mask: field.allOnes, in: &packet)
      #expect(match.matches(packet) == (packet & mask == value))
    }
  }

  /// Conditions on the key are dropped as they are when fields are looked at one by one.
  @Test mutating func keysAreNormalizedAsFieldsAre() {
    let fields = MatchFieldCatalog.conditions.filter(\.isInKey)
    for _ in 0..<2000 {
      var match = Match()
      let types: [UInt16] = [0x0800, 0x86dd, 0x0806, 0x8035, 0x8847, 0x894f, 5]
      if pick([true, true, false]) { match.set(.ethType, UInt128(pick(types))) }
      let protocols: [UInt8] = [1, 6, 17, 58, 132, 200]
      if pick([true, true, false]) { match.set(.ipProto, UInt128(pick(protocols))) }
      for _ in 0..<Int.random(in: 0...5, using: &random) {
        let field = pick(fields)
        let value = pick([UInt128(random.next()), UInt128(random.next() & 0xff), 0, 135])
        match.set(field, value, mask: pick([field.allOnes, UInt128(random.next())]))
      }
      var quick = match
      quick.normalize()
      #expect(quick == match.normalized())
    }
  }

  @Test mutating func theFixedMatchIsReadFieldByField() throws {
    for _ in 0..<2000 {
      var bytes = (0..<40).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      func put(_ value: UInt16, at place: Int) {
        bytes[place] = UInt8(value >> 8)
        bytes[place + 1] = UInt8(value & 0xff)
      }
      if pick([true, false]) { put(0xffff, at: 18) }
      put(pick([0x0800, 0x86dd, 0x0806, 0x0800, 0x1234]), at: 22)
      bytes[25] = pick([1, 6, 17, 58, 132, 77])
      if pick([true, false]) {
        put(pick([8, 0]), at: 36)
        put(pick([3, 0]), at: 38)
      }
      var (reader, slow) = (WireReader(bytes), WireReader(bytes))
      let fixed = try Match.readFixed(from: &reader)
      #expect(reader.isAtEnd)
      #expect(try fixed.match == Self.readSlowly(from: &slow))
    }
  }

  private static func readSlowly(from reader: inout WireReader) throws -> Match {
    let wildcards = try reader.u32()
    func isSet(_ bit: UInt32) -> Bool { wildcards >> bit & 1 == 0 }
    func addressMask(_ shift: UInt32) -> UInt128 {
      let bits = wildcards >> shift & 0x3f
      return bits >= 32 ? 0 : UInt128(UInt32.max << bits)
    }
    var match = Match()
    func set(_ field: MatchField, bytes: Int, bit: UInt32, mask: UInt128? = nil) throws {
      let value = try reader.integer(bytes)
      if isSet(bit) { match.set(field, value, mask: mask) }
    }
    try set(.inPort, bytes: 2, bit: 0)
    try set(.ethSrc, bytes: 6, bit: 2)
    try set(.ethDst, bytes: 6, bit: 3)
    let (vlan, pcp) = (try reader.u16(), try reader.u8())
    if isSet(1) { match.setVLAN10(vlan) }
    if isSet(20), !isSet(1) || vlan != Match.noVLAN10 { match.setVLANPCP(pcp) }
    try reader.skip(1)
    try set(.ethType, bytes: 2, bit: 4)
    try set(.nwTOS, bytes: 1, bit: 21, mask: 0xfc)
    try set(.ipProto, bytes: 1, bit: 5)
    try reader.skip(2)
    let (src, dst) = (try reader.u32(), try reader.u32())
    if match.value.key.ethType != EtherType.ipv6 {
      match.set(.ipv4Src, UInt128(src), mask: addressMask(8))
      match.set(.ipv4Dst, UInt128(dst), mask: addressMask(14))
    }
    try set(.tcpSrc, bytes: 2, bit: 6)
    try set(.tcpDst, bytes: 2, bit: 7)
    return match.normalized()
  }

  @Test mutating func integersAreReadByteByByte() throws {
    for _ in 0..<500 {
      let bytes = (0..<20).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      let (start, count) = (Int.random(in: 0...4, using: &random), pick(Array(0...16)))
      var reader = WireReader(bytes[start...])
      let slow = bytes[start..<min(20, start + count)].reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
      if start + count <= 20 {
        #expect(try reader.integer(count) == slow)
        #expect(reader.remaining == 20 - start - count)
      } else {
        #expect(throws: OpenFlowError.badLength) { try reader.integer(count) }
      }
    }
  }

  /// Flow-mods whose lists of actions were seen before are the flow-mods that they were.
  @Test mutating func knownActionsChangeNothing() {
    for version in [OpenFlowVersion.v10, .v13, .v15] {
      let fresh = WireContext(version)
      var context = fresh
      context.tunnelOptions = TunnelOptionTable()
      context.knownActions = KnownActions()
      let seeds = RecordedFlow.all.map(\.flowMod) + VersionTests.samples.map(\.bytes)
      for round in 0..<3 {
        for seed in seeds {
          var bytes = seed
          guard bytes.count > 8 else { continue }
          bytes[0] = version.rawValue
          if round == 2 { bytes[Int.random(in: 8..<bytes.count, using: &random)] ^= 1 }
          #expect(outcome(bytes, context) == outcome(bytes, withoutList(context)))
        }
      }
    }
  }

  private func withoutList(_ context: WireContext) -> WireContext {
    var context = context
    context.knownActions = nil
    return context
  }

  private func outcome(_ bytes: [UInt8], _ context: WireContext) -> String {
    do {
      let message = try MessageCodec.decode(bytes, context).message
      guard let flow = message as? FlowMod else { return "other" }
      return MatchText.format(flow.match) + " " + ActionText.format(flow.actions)
    } catch { return "!\(error)" }
  }
}
