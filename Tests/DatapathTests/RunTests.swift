import Fields
import Synchronization
import TestSupport
import Testing

@testable import Datapath

/// Bursts of one flow, whose operations are done to all packets at once, against `NaiveActions`, which
/// knows packets only.
@Suite(.serialized)
struct RunTests {
  /// Frames of one flow, of many lengths, 20 at a time: the second burst and the third find the flow of
  /// the one before.
  @Test func runsDoWhatTheModelDoes() throws {
    var g = SplitMix(seed: 21)
    let current = Mutex<[DatapathAction]>([])
    let bed = try TestBed(ports: 4) { datapath, miss in
      var mask = FlowMask()
      mask.w1 = ~0  // with the destination, which is the round's
      _ = datapath.answer(miss, mask: mask, actions: current.withLock(\.self))
    }
    defer { bed.finish() }
    for round in 0..<200 {
      let kind = Kind(round, &g)
      let actions = kind.actions(&g)
      current.withLock { $0 = actions }
      for burst in 0..<3 {
        let frames = (0..<20).map { _ in kind.frame(&g) }
        for frame in frames { #expect(bed.ports[1]?.receive(frame) == true) }
        #expect(bed.datapath.quiesce())
        guard same(bed, frames, actions, "round \(round), burst \(burst)") else { return }
      }
    }
  }

  private func same(
    _ bed: TestBed, _ frames: [[UInt8]], _ actions: [DatapathAction], _ comment: String
  ) -> Bool {
    let outputs = frames.map { frame in
      var model = NaiveActions(frame)
      model.run(actions)
      return model.outputs
    }
    for port in PortNumber(2)...4 {
      let copies = outputs.map { $0.filter { $0.port == port }.map(\.frame) }
      var (got, expected) = (bed.ports[port]?.takeTransmitted() ?? [], copies.flatMap(\.self))
      if copies.contains(where: { $0.count > 1 }) {
        // All packets go out once before any goes out again.
        got.sort { $0.lexicographicallyPrecedes($1) }
        expected.sort { $0.lexicographicallyPrecedes($1) }
      }
      let isSame = got == expected
      #expect(isSame, "\(comment), port \(port): \(actions)")
      if !isSame { return false }
    }
    return true
  }

  /// What the frames of a flow have in common.
  private struct Kind {
    let destination: EthernetAddress
    let isIPv4: Bool, proto: UInt8, tags: [(UInt16, UInt16)]

    init(_ round: Int, _ g: inout SplitMix) {
      destination = EthernetAddress(UInt64(round))
      isIPv4 = Int.random(in: 0..<4, using: &g) != 0
      proto = Bool.random(using: &g) ? 6 : 17
      tags = [[], [(0x8100, 0x0123)], [(0x88a8, 5), (0x8100, 6)]].randomElement(using: &g) ?? []
    }

    func frame(_ g: inout SplitMix) -> [UInt8] {
      let payload = [UInt8](repeating: 7, count: Int.random(in: 0...200, using: &g))
      let size = payload.count + (proto == 6 ? 20 : 8)
      let (a, b): (UInt32, UInt32) = (InterpreterTests.random(&g), InterpreterTests.random(&g))
      let pseudo =
        isIPv4
        ? Frames.pseudo(a, b, proto, size) : Frames.pseudo(UInt128(a), UInt128(b), proto, size)
      let body =
        proto == 6
        ? Frames.tcp(5, 6, pseudo: pseudo, payload)
        : Frames.udp(5, 6, pseudo: Bool.random(using: &g) ? pseudo : nil, payload)
      let packet =
        isIPv4
        ? Frames.ipv4(src: a, dst: b, proto: proto, body)
        : Frames.ipv6(src: UInt128(a), dst: UInt128(b), next: proto, body)
      return Frames.ethernet(dst: destination, tags: tags, type: isIPv4 ? 0x0800 : 0x86dd, packet)
    }

    /// Mostly operations that are done to all at once, sometimes one of the others, and outputs.
    func actions(_ g: inout SplitMix) -> [DatapathAction] {
      var list = (0..<Int.random(in: 1...4, using: &g)).map { _ in action(&g) }
      if Int.random(in: 0..<4, using: &g) == 0 {
        list.append(InterpreterTests.action(proto, &g))
        list.append(action(&g))
      }
      return list + [.output(PortNumber.random(in: 2...4, using: &g))]
    }

    private func action(_ g: inout SplitMix) -> DatapathAction {
      switch Int.random(in: 0..<8, using: &g) {
      case 0: return .pushVLAN(tpid: 0x8100, tci: InterpreterTests.random(&g))
      case 1: return .popVLAN
      case 2: return .output(PortNumber.random(in: 2...4, using: &g))
      case 3, 4:
        var e = DatapathAction.MaskedEthernet()
        e.src = EthernetAddress(InterpreterTests.random(&g))
        e.srcMask = EthernetAddress(InterpreterTests.mask(&g))
        (e.dst, e.dstMask) = (EthernetAddress(5), EthernetAddress(InterpreterTests.mask(&g)))
        return .setEthernet(e)
      default:
        var ip = DatapathAction.MaskedIPv4()
        (ip.src, ip.srcMask) = (InterpreterTests.random(&g), InterpreterTests.mask(&g))
        (ip.dst, ip.dstMask) = (InterpreterTests.random(&g), InterpreterTests.mask(&g))
        (ip.ttl, ip.ttlMask) = (InterpreterTests.random(&g), InterpreterTests.mask(&g))
        return .setIPv4(ip)
      }
    }
  }
}
