import Fields
import TestSupport
import Testing

@testable import OpenFlow

@Suite struct ActionTests {
  private func context(_ version: OpenFlowVersion = .v10) -> WireContext {
    var context = WireContext(version)
    context.nxm = true
    return context
  }

  private func dump(_ flow: FlowMod) -> String {
    let match = MatchText.format(flow.match, priority: flow.priority)
    return match + (match.isEmpty ? "" : " ") + "actions=" + ActionText.format(flow.actions)
  }

  @Test func recordedActionsReadAsOVSPrintsThem() throws {
    #expect(RecordedFlow.actions.count > 70)
    for recorded in RecordedFlow.actions {
      var context = context()
      context.nxm = recorded.flowMod[1] == 4
      let flow = try #require(
        try MessageCodec.decode(recorded.flowMod, context).message as? FlowMod)
      #expect(dump(flow) == recorded.dumpedFlow, "\(recorded.text)")
      let again = try #require(MessageCodec.encode(flow, xid: 6, context))
      #expect(again.count == recorded.flowMod.count, "\(recorded.text)")
      let flow2 = try #require(try MessageCodec.decode(again, context).message as? FlowMod)
      #expect(ActionList.areEqual(flow.actions, flow2.actions), "\(recorded.text)")
    }
  }

  @Test func recordedTextsReadAsOVSPrintsThem() throws {
    for recorded in RecordedFlow.actions {
      let flow = try FlowText.parse(recorded.text)
      // On its way to the switch a note was filled up, and `pop_vlan` got its old name.
      if recorded.text.contains("note") || recorded.text.contains("pop_vlan") { continue }
      #expect(dump(flow) == recorded.dumpedFlow, "\(recorded.text)")
      #expect(
        ActionText.format(try ActionText.parse(ActionText.format(flow.actions)))
          == ActionText.format(flow.actions))
    }
  }

  /// What is written in any version that has the action is read as the same action; so is its text.
  @Test func randomActionsSurvive() throws {
    var random = ActionGenerator(seed: 7)
    for _ in 0..<2_000 {
      let action = random.action()
      let text = ActionText.format([action])
      let parsed = try ActionText.parse(text)
      #expect(ActionText.format(parsed) == text)
      for version in OpenFlowVersion.allCases {
        var writer = WireWriter()
        ActionCodec.write([action], to: &writer, context(version))
        guard action.substitutes(in: context(version)) == nil, writer.count > 0 else { continue }
        var reader = WireReader(writer.bytes)
        let read = try ActionCodec.readList(
          length: writer.count, from: &reader, context(version))
        #expect(read.count == 1 && read.first?.isEqual(to: action) == true, "\(version) \(text)")
      }
    }
  }

  @Test(arguments: [
    ("conjunction(1,1/2),output:1", OpenFlowError.badConjunction),
    ("nat", .badSetArgument), ("delete_field:reg0", .badActionArgument),
    ("push:tcp_src", .matchInconsistent), ("ct(commit)", .matchInconsistent),
    ("learn(tcp_src=80)", .matchInconsistent),
    ("bundle(eth_src,0,hrw,ofport,members:1,CONTROLLER)", .badOutPort),
  ])
  func whatCannotStandThereIsRefused(text: String, error: OpenFlowError) throws {
    var actions: [any Action] = []
    for (key, value) in KeyValueText(text) {
      let type = try #require(ActionCatalog.type(keyword: key))
      actions += try type.parse(value[...], keyword: key, TextContext())
    }
    #expect(throws: error) { try ActionCheck.check(actions, after: Match()) }
  }

  @Test func onlyLaterVersionsWantTCPForItsEnd() throws {
    let actions: [any Action] = [FinTimeout(idle: 1, hard: 0)]
    try ActionCheck.check(actions, after: Match(), .v10)
    #expect(throws: OpenFlowError.matchInconsistent) {
      try ActionCheck.check(actions, after: Match(), .v13)
    }
  }

  /// Behind a header that was put in front or taken away, only what then is known counts.
  @Test(arguments: [
    ("encap(nsh),set_field:5->nsh_si", true), ("encap(nsh),set_field:7->vlan_pcp", false),
    ("encap(nsh),encap(ethernet),push_vlan:0x8100,set_field:7->vlan_pcp", true),
    ("encap(mpls),set_field:7->mpls_label", true), ("encap(nsh),pop_mpls:0x800", false),
    ("decap(),set_field:10.0.0.1->ip_dst", true), ("decap(),push_mpls:0x8847", false),
    ("decap(),decap(),set_field:10.0.0.1->ip_dst", false),
  ])
  func headersComeAndGo(text: String, isRight: Bool) throws {
    // Of what cannot be right whatever the packets are, the text is refused already.
    func check() throws {
      let flow = try FlowText.parse("ip,actions=" + text)
      try ActionCheck.check(flow.actions, after: flow.match, .v13)
    }
    if isRight { try check() } else { #expect(throws: (any Error).self) { try check() } }
  }

  /// Nicira's action has two bytes of padding before its word, OpenFlow's has none.
  @Test func labelsAreReadWhereTheyStand() throws {
    for (identity, padding) in [(ActionIdentity.nicira(30), 2), (.standard(13), 0)] {
      let bytes = WireWriter.bytes {
        SetMPLSLabel(0xabcde).write(to: &$0, as: identity, WireContext())
      }
      #expect(bytes == [UInt8](repeating: 0, count: padding) + [0, 0x0a, 0xbc, 0xde])
      var reader = WireReader(bytes)
      let action = try SetMPLSLabel.read(from: &reader, as: identity, WireContext())
      #expect((action as? SetMPLSLabel)?.value == 0xabcde)
    }
  }

  @Test func actionsCannotNestWithoutEnd() {
    let text = String(repeating: "write_actions(", count: 300)
    #expect(throws: FlowTextError.self) { try ActionText.parse(text) }
  }
}

/// Random instances of the actions that have arguments.
private struct ActionGenerator {
  private var random: SplitMix

  init(seed: UInt64) { random = SplitMix(seed: seed) }

  private mutating func number<T: FixedWidthInteger & UnsignedInteger>(_: T.Type) -> T {
    switch Int.random(in: 0..<4, using: &random) {
    case 0: 0
    case 1: T.max
    case 2: T.random(in: 0...9, using: &random)
    default: T.random(in: 0...T.max, using: &random)
    }
  }

  private mutating func flip() -> Bool { Bool.random(using: &random) }

  private mutating func place(bits: Int? = nil) -> Subfield {
    let fields: [MatchField] =
      MatchField.registers + MatchField.doubleRegisters + [.ethSrc, .ethDst, .metadata, .tunnelID]
    let field = fields.randomElement(using: &random) ?? .metadata
    let width = min(
      bits ?? Int.random(in: 1...field.actionBits, using: &random), field.actionBits)
    let offset = Int.random(in: 0...(field.actionBits - width), using: &random)
    return Subfield(field, offset: offset, bits: width)
  }

  private mutating func port() -> UInt16 {
    flip() ? UInt16.random(in: 0..<0xff00, using: &random) : OpenFlowPort.local
  }

  mutating func action() -> any Action {
    let fields = HashFields.allCases.randomElement(using: &random) ?? .ethSrc
    switch Int.random(in: 0..<13, using: &random) {
    case 0: return StackPush(place())
    case 1: return StackPop(into: place())
    case 2: return SetTunnel(number(UInt64.self), isWide: flip())
    case 3: return SetQueue(number(UInt32.self))
    case 4: return FinTimeout(idle: number(UInt16.self), hard: number(UInt16.self))
    case 5:
      let count = UInt8.random(in: 2...64, using: &random)
      return ConjunctionAction(
        id: number(UInt32.self), clause: UInt8.random(in: 0..<count, using: &random),
        clauseCount: count)
    case 6:
      return Multipath(
        fields, basis: number(UInt16.self),
        Multipath.Algorithm.allCases.randomElement(using: &random) ?? .moduloN,
        maxLink: number(UInt16.self), argument: number(UInt32.self) & 0x7fff_ffff,
        into: place(bits: 20))
    case 7:
      let ports = (0..<Int.random(in: 0..<9, using: &random)).map { _ in port() }
      return BundleAction(
        fields, basis: number(UInt16.self), flip() ? .activeBackup : .highestRandomWeight,
        members: ports, into: flip() ? place(bits: 17) : nil)
    case 8: return sample()
    case 9: return learn()
    case 10: return tracking()
    case 11:
      return Resubmit(
        inPort: flip() ? 3 : OpenFlowPort.inPort, table: UInt8.random(in: 0..<255, using: &random),
        usesConnection: flip())
    default: return OutputReg(place())
    }
  }

  private mutating func sample() -> SampleAction {
    var sample = SampleAction(probability: max(1, number(UInt16.self)))
    sample.collectorSet = number(UInt32.self)
    sample.observationDomain = number(UInt32.self)
    sample.observationPoint = number(UInt32.self)
    if flip() { sample.port = port() }
    sample.direction = [.unknown, .ingress, .egress].randomElement(using: &random) ?? .unknown
    return sample
  }

  private mutating func learn() -> LearnAction {
    var learn = LearnAction()
    learn.table = UInt8.random(in: 0..<255, using: &random)
    learn.priority = number(UInt16.self)
    learn.idleTimeout = number(UInt16.self)
    learn.hardTimeout = number(UInt16.self)
    learn.finIdleTimeout = number(UInt16.self)
    learn.finHardTimeout = number(UInt16.self)
    learn.cookie = number(UInt64.self)
    if flip() { learn.flags.insert(.sendFlowRemoved) }
    if flip() { learn.flags.insert(.deleteLearned) }
    if flip() { learn.limit = number(UInt32.self) & 0x7fff_ffff }
    if flip() {
      learn.flags.insert(.writeResult)
      learn.result = place(bits: 1)
    }
    for _ in 0..<Int.random(in: 0..<5, using: &random) {
      let place = place()
      let constant = LearnSpec.Source.constant(UInt128(number(UInt64.self)) & place.allOnes)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: learn.specs.append(LearnSpec(constant, .match(place)))
      case 1: learn.specs.append(LearnSpec(constant, .load(place)))
      case 2: learn.specs.append(LearnSpec(.field(place), .output))
      default: learn.specs.append(LearnSpec(.field(place), .match(place)))
      }
    }
    return learn
  }

  private mutating func tracking() -> ConnTrack {
    var track = ConnTrack()
    if flip() { track.flags = flip() ? [.commit, .force] : [.commit] }
    if flip() { track.zone = .number(number(UInt16.self)) }
    if flip() { track.table = UInt8.random(in: 0..<255, using: &random) }
    if flip() { track.helper = flip() ? ConnTrack.ftp : ConnTrack.tftp }
    guard flip() else { return track }
    var nat = NATAction()
    if track.flags.contains(.commit), flip() {
      nat.flags = flip() ? [.source] : [.destination]
      if flip() {
        let low = UInt32.random(in: 1...1000, using: &random)
        nat.range = .ipv4(min: low, max: flip() ? low + 5 : 0)
        if flip() { nat.flags.insert(.random) }
      } else if flip() {
        nat.range = .ipv6(min: 7 << 100, max: flip() ? 9 << 100 : 0)
      }
      if nat.range != .none, flip() {
        nat.minPort = UInt16.random(in: 1...1000, using: &random)
        nat.maxPort = flip() ? nat.minPort + 9 : 0
      }
    }
    track.actions = [nat]
    return track
  }
}
