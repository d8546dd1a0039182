import Datapath
import Fields
import TestSupport

/// One case: flows that are there, packets that come, and what is done with them. As far as it goes,
/// the same as the rows of `scripts/bench` with these names.
struct Work {
  /// How packets are to find their flows.
  enum Way { case cache, tables, misses }

  let name: String
  /// The packet of this number, in the part that counts; and before, to warm up.
  var frame: (Int) -> [UInt8]
  var warm: (Int) -> [UInt8]
  /// Of flows that packets miss.
  var mask = FlowMask()
  var flows: [(frame: [UInt8], mask: FlowMask)]
  /// Those whose packets are dropped.
  var drops: [(frame: [UInt8], mask: FlowMask)] = []
  var actions: [DatapathAction] = [.output(2)]
  var way = Way.cache
  /// Of 100 packets, so many go this way.
  var share: UInt64 = 99
  var bursts = 256
  /// So many that all samples for the self-check have been taken (`SampleRing`).
  let warmUp = 1280
  var prepare: (Datapath) -> Void = { _ in }

  var isMissing: Bool { way == .misses }

  /// `frames` come in turns. All are of the flows that the first of each under `masks` makes.
  init(_ name: String, _ frames: [[UInt8]], _ masks: [FlowMask], each: Bool = false) {
    self.name = name
    let next: (Int) -> [UInt8] = { frames[$0 % frames.count] }
    (frame, warm) = (next, next)
    flows = each ? frames.map { ($0, masks[0]) } : zip(frames, masks).map { ($0, $1) }
  }

  func with(_ change: (inout Work) -> Void) -> Work {
    var work = self
    change(&work)
    return work
  }
}

extension Work {
  static let all: [Work] = [
    Work("1-flow", Frame.udp(1), [Mask.net]),
    Work("1k-flows", Frame.udp(1000), [Mask.net]),
    Work("1k-megaflows", Frame.udp(1000), [Mask.address], each: true),
    Work("qinq", Frame.twiceTagged(1000), [Mask.tag]),
    Work("mix", Frame.mix(1000), [Mask.net, Mask.net6]),
    malformed, masks, cold,
    udp("l3", [.setEthernet(Action.gateway), .setIPv4(Action.timeToLive), .output(2)], Mask.route),
    udp("nat", [.setIPv4(Action.target), .output(2)]),
    udp("push", [.pushVLAN(tpid: 0x8100, tci: 5), .output(2)]),
    Work("pop", Frame.udp(1000, tag: 5), [Mask.tag]).with { $0.actions = [.popVLAN, .output(2)] },
    udp("4-ports", Bed.outputs.map { .output($0) }),
    udp("meter", [.meter(index: 0), .output(2)]).with { $0.prepare = Action.setMeter },
    misses,
  ]

  private static func udp(
    _ name: String, _ actions: [DatapathAction], _ mask: FlowMask = Mask.net
  ) -> Work { Work(name, Frame.udp(1000), [mask]).with { $0.actions = actions } }

  /// Every other packet cannot be parsed to its end, and is dropped for that: one of 24 at once, the
  /// others by flows.
  private static let malformed = Work("malformed", Frame.everyOtherBroken(960), [Mask.net]).with {
    $0.drops = Frame.broken.filter { $0.count >= 14 }.map { ($0, Mask.net) }
    $0.share = 95
  }

  /// 4,096 megaflows in 16 masks, known to the cache.
  private static let masks = Work("4k-in-16-masks", Frame.spread(3000), []).with {
    $0.flows = Mask.sixteen.enumerated().flatMap { index, mask in
      (0..<256).map { (Frame.of(mask: mask, value: $0, station: index), mask) }
    }
  }

  /// The same, but each packet comes for the first time.
  private static let cold = masks.with { work in
    work = Work("4k-in-16-masks-cold", Frame.spread(3000), []).with { $0.flows = work.flows }
    let frames = Frame.spread(work.bursts * Bed.burst, seed: 2)
    (work.frame, work.way) = ({ frames[$0] }, .tables)
  }

  /// Packets that no flow knows: parked, asked about, and sent when the answer has come.
  private static let misses = Work("misses", Frame.udp(1), [Mask.address]).with { work in
    let frames = Frame.udp(1 + work.bursts * Bed.burst)
    (work.frame, work.mask, work.way) = ({ frames[1 + $0] }, Mask.address, .misses)
  }
}

/// What flows look at.
enum Mask {
  static let net = make { $0.ipv4Dst = 0xffc0_0000 }
  static let address = make { $0.ipv4Dst = .max }
  static let route = make { ($0.ipv4Dst, $0.ethDst, $0.ipTTL) = (0xffc0_0000, .broadcast, .max) }
  static let net6 = make { $0.ipv6Dst = UInt128(0xffff_ffff) << 96 }
  static let tag = make { $0.vlanTCI = 0x1fff }
  /// Eight bits of the source address each.
  static let sixteen: [FlowMask] = {
    var random = SplitMix(seed: 3)
    var seen: Set<UInt32> = []
    while seen.count < 16 {
      seen.insert((0..<22).shuffled(using: &random).prefix(8).reduce(0) { $0 | 1 << UInt32($1) })
    }
    return seen.sorted().map { bits in
      make { ($0.ipv4Src, $0.ethSrc) = (bits, .broadcast) }
    }
  }()

  private static func make(_ fill: (inout FlowMask) -> Void) -> FlowMask {
    var mask = FlowMask()
    (mask.ethType, mask.vlanTCI, mask.ipFrag) = (.max, .max, .max)
    fill(&mask)
    return mask
  }
}

/// What is done with packets.
enum Action {
  static let gateway: DatapathAction.MaskedEthernet = {
    var set = DatapathAction.MaskedEthernet()
    (set.dst, set.dstMask) = (EthernetAddress(0x0200_0000_0009), .broadcast)
    return set
  }()
  static let timeToLive: DatapathAction.MaskedIPv4 = {
    var set = DatapathAction.MaskedIPv4()
    (set.ttl, set.ttlMask) = (63, .max)
    return set
  }()
  static let target: DatapathAction.MaskedIPv4 = {
    var set = DatapathAction.MaskedIPv4()
    (set.dst, set.dstMask) = (0x0ac8_0001, .max)
    return set
  }()

  /// A meter that lets everything pass.
  static func setMeter(_ datapath: Datapath) {
    let band = DatapathMeter.Band(rate: 1_000_000, burst: 1_000_000)
    datapath.setMeter(0, DatapathMeter(countsPackets: true, bands: [band]))
  }
}
