import Datapath
import Fields

/// Actions on byte arrays, checksums computed from scratch: what the interpreter is tested against.
/// Knows frames whose lengths are right.
struct NaiveActions {
  var frame: [UInt8]
  /// What `truncate` said.
  private var cut = Int.max
  private(set) var outputs: [(port: PortNumber, frame: [UInt8])] = []

  init(_ frame: [UInt8]) { self.frame = frame }

  mutating func run(_ actions: [DatapathAction]) {
    for action in actions { step(action) }
  }

  private mutating func step(_ action: DatapathAction) {
    switch action {
    case .output(let port):
      outputs.append((port, Array(frame.prefix(cut))))
      cut = .max
    case .pushVLAN(let tpid, let tci):
      frame.insert(contentsOf: Frames.word(tpid) + Frames.word(tci & 0xefff), at: 12)
    case .popVLAN:
      if isTag(12) { frame.removeSubrange(12..<16) }
    case .setEthernet(let e):
      put(0, Frames.address(e.dst), Frames.address(e.dstMask))
      put(6, Frames.address(e.src), Frames.address(e.srcMask))
    case .setIPv4(let ip):
      guard let at = network(0x0800) else { return }
      put(at + 12, Frames.long(ip.src), Frames.long(ip.srcMask))
      put(at + 16, Frames.long(ip.dst), Frames.long(ip.dstMask))
      put(at + 1, [ip.tos], [ip.tosMask])
      put(at + 8, [ip.ttl], [ip.ttlMask])
      fixIPv4(at)
    case .setIPv6(let ip):
      guard let at = network(0x86dd) else { return }
      put(at + 8, Frames.bytes(ip.src), Frames.bytes(ip.srcMask))
      put(at + 24, Frames.bytes(ip.dst), Frames.bytes(ip.dstMask))
      put(
        at, Frames.long(UInt32(ip.tos) << 20 | ip.label),
        Frames.long(UInt32(ip.tosMask) << 20 | ip.labelMask))
      put(at + 7, [ip.ttl], [ip.ttlMask])
      fixIPv6(at)
    case .setARP(let arp):
      guard let at = network(0x0806) else { return }
      put(at + 7, [arp.op], [arp.opMask])
      put(at + 8, Frames.address(arp.sha), Frames.address(arp.shaMask))
      put(at + 14, Frames.long(arp.spa), Frames.long(arp.spaMask))
      put(at + 18, Frames.address(arp.tha), Frames.address(arp.thaMask))
      put(at + 24, Frames.long(arp.tpa), Frames.long(arp.tpaMask))
    case .setPorts(let p):
      if let at = network(0x0800), frame[at + 9] == p.ipProto {
        put(
          at + 20, Frames.word(p.src) + Frames.word(p.dst),
          Frames.word(p.srcMask) + Frames.word(p.dstMask))
        fixIPv4(at)
      } else if let at = network(0x86dd), frame[at + 6] == p.ipProto {
        put(
          at + 40, Frames.word(p.src) + Frames.word(p.dst),
          Frames.word(p.srcMask) + Frames.word(p.dstMask))
        fixIPv6(at)
      }
    case .setVLAN(let tci):
      if isTag(12) { put(14, Frames.word(tci & 0xefff), [255, 255]) }
    case .setICMP(let icmp):
      guard let at = network(icmp.isIPv6 ? 0x86dd : 0x0800) else { return }
      let proto = frame[at + (icmp.isIPv6 ? 6 : 9)]
      let body = at + (icmp.isIPv6 ? 40 : 20)
      guard proto == (icmp.isIPv6 ? 58 : 1), frame.count >= body + 4 else { return }
      put(body, [icmp.type, icmp.code], [icmp.typeMask, icmp.codeMask])
      if icmp.isIPv6 {
        fixIPv6(at)
      } else {
        fixICMP(body, at + Int(frame[at + 2]) << 8 + Int(frame[at + 3]))
      }
    case .setND(let nd): setND(nd)
    case .pushMPLS(let type, let lse):
      let at = payload
      frame.replaceSubrange(at - 2..<at, with: Frames.word(type) + Frames.long(lse))
    case .popMPLS(let type):
      guard isMPLS, frame.count >= payload + 4 else { return }
      let at = payload
      frame.replaceSubrange(at - 2..<at + 4, with: Frames.word(type))
    case .setMPLS(let lse, let mask):
      if isMPLS, frame.count >= payload + 4 { put(payload, Frames.long(lse), Frames.long(mask)) }
    case .truncate(let length): cut = Int(length)
    case .clone(let list):
      var copy = self
      copy.outputs = []
      copy.run(list)
      outputs += copy.outputs
    case .checkPacketLength(let length, let greater, let lessOrEqual):
      step(.clone(frame.count > Int(length) ? greater : lessOrEqual))
    case .sample(let probability, let list): if probability == .max { step(.clone(list)) }
    case .hash, .setPacketMark, .setSKBPriority: break
    default: preconditionFailure("not known here: \(action)")
    }
  }

  /// Where what the frame carries starts, behind its type.
  private var payload: Int {
    var at = 12
    while isTag(at) { at += 4 }
    return at + 2
  }
  private var isMPLS: Bool {
    [[0x88, 0x47], [0x88, 0x48]].contains(Array(frame[payload - 2..<payload]))
  }

  private mutating func setND(_ nd: DatapathAction.MaskedND) {
    guard let at = network(0x86dd), frame[at + 6] == 58 else { return }
    let icmp = at + 40
    guard [135, 136].contains(frame[icmp]), frame.count >= icmp + 24 else { return }
    put(icmp + 8, Frames.bytes(nd.target), Frames.bytes(nd.targetMask))
    put(icmp + 4, Frames.long(nd.reserved), Frames.long(nd.reservedMask))
    var option = icmp + 24
    while option + 8 <= frame.count, frame[option + 1] > 0 {
      if frame[option + 1] == 1, [1, 2].contains(frame[option]) {
        let isSource = frame[option] == 1
        put(option, [nd.optionsType], [nd.optionsTypeMask])
        put(
          option + 2, Frames.address(isSource ? nd.sll : nd.tll),
          Frames.address(isSource ? nd.sllMask : nd.tllMask))
      }
      option += 8 * Int(frame[option + 1])
    }
    fixIPv6(at)
  }

  private mutating func fixICMP(_ at: Int, _ end: Int) {
    put(at + 2, [0, 0], [255, 255])
    put(at + 2, Frames.word(Frames.checksum(Array(frame[at..<end]))), [255, 255])
  }

  private mutating func put(_ at: Int, _ value: [UInt8], _ mask: [UInt8]) {
    for i in value.indices { frame[at + i] = frame[at + i] & ~mask[i] | value[i] & mask[i] }
  }

  private func isTag(_ at: Int) -> Bool {
    frame.count >= at + 6 && [[0x81, 0], [0x88, 0xa8]].contains(Array(frame[at..<at + 2]))
  }

  private func network(_ type: UInt16) -> Int? {
    var at = 12
    while isTag(at) { at += 4 }
    return Array(frame[at..<at + 2]) == Frames.word(type) ? at + 2 : nil
  }

  private mutating func fixIPv4(_ at: Int) {
    put(at + 10, [0, 0], [255, 255])
    put(at + 10, Frames.word(Frames.checksum(Array(frame[at..<at + 20]))), [255, 255])
    let end = at + Int(frame[at + 2]) << 8 + Int(frame[at + 3])
    fixTransport(frame[at + 9], at + 20, end, Array(frame[at + 12..<at + 20]))
  }

  private mutating func fixIPv6(_ at: Int) {
    let end = at + 40 + Int(frame[at + 4]) << 8 + Int(frame[at + 5])
    fixTransport(frame[at + 6], at + 40, end, Array(frame[at + 8..<at + 40]))
  }

  private mutating func fixTransport(_ proto: UInt8, _ at: Int, _ end: Int, _ addresses: [UInt8]) {
    let field = at + (proto == 6 ? 16 : proto == 17 ? 6 : 2)
    guard [6, 17, 58].contains(proto), !(proto == 58 && addresses.count == 8) else { return }
    if proto == 17 && frame[field] == 0 && frame[field + 1] == 0 { return }
    put(field, [0, 0], [255, 255])
    let pseudo = addresses + [0, proto] + Frames.word(UInt16(end - at))
    let sum = Frames.checksum(pseudo + frame[at..<end])
    put(field, Frames.word(proto == 17 && sum == 0 ? 0xffff : sum), [255, 255])
  }
}
