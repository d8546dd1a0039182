import Fields

/// A list of `DatapathAction`s as a worker runs it: 32-bit words, each operation a head word (low 8
/// bits `Opcode`, high 24 bits an argument) and the operands that `Opcode` lists. Operands are in
/// network order, as they stand in a frame, so that the interpreter only masks and stores.
///
/// Lists inside lists stand behind the operation that they belong to, and its operands are their
/// lengths in words: the whole is flat, and what is not done is stepped over.
///
/// Invariants: a program of one word is an `output` (the burst's last pass relies on it); an empty
/// program drops. What follows the last operation that anybody sees the packet after is left out.
enum Opcode: UInt8 {
  /// Argument: port.
  case output = 0
  /// 1 word: the tag as it stands in the frame (TPID, TCI).
  case pushVLAN
  case popVLAN
  /// 6 words: destination and source, then their masks.
  case setEthernet
  /// 4 words: source, mask, destination, mask.
  case setIPv4
  /// 2 words: version and tos, ttl and protocol as they stand in the header; their masks.
  case setIPv4Bytes
  /// 19 words: source, mask, destination, mask; tos, mask, ttl, mask as bytes; label, mask.
  case setIPv6
  /// 11 words: spa, mask, tpa, mask; sha and tha, their masks; operation, mask as bytes.
  case setARP
  /// 2 words: source and destination, their masks. Argument: protocol.
  case setPorts
  /// Argument: ID and priority as they stand in the frame.
  case setVLAN

  // Headers.swift: what few packets have.
  /// 1 word: type, mask, code, mask as bytes. Argument: 1 for ICMPv6.
  case setICMP
  /// 17 words: target, mask; source and target link layer address, their masks; reserved word, mask;
  /// options type, mask as bytes.
  case setND
  /// 1 word: the entry. Argument: Ethertype.
  case pushMPLS
  /// The same.
  case addMPLS
  /// Argument: Ethertype.
  case popMPLS
  /// 2 words: entry, mask.
  case setMPLS
  /// 3 words: destination and source. Argument: Ethertype.
  case pushEthernet
  case popEthernet
  /// The header's bytes, filled up to words. Argument: their number.
  case pushNSH
  case popNSH
  /// 11 words: flags, mask, ttl, mask as bytes; path, mask; contexts, their masks.
  case setNSH

  // Control.swift: what happens with the packet.
  /// 1 word: the number, in host order.
  case userspace
  /// 1 word: index of the meter, in host order.
  case meter
  /// 1 word: the id, in host order.
  case recirculate
  /// 1 word: length of the list that follows.
  case clone
  /// 2 words: probability of 2^32, length of the list that follows. All in host order.
  case sample
  /// 2 words: length of either list that follows. Argument: packet length.
  case checkLength
  /// Argument: most bytes that the next output sends.
  case truncate
  /// 1 word: basis. Argument: algorithm.
  case hash
  /// 1 word: how many flows there are behind it. The whole program of a `gate`: the packet's flow
  /// depends on more than the flow key.
  case lookDeeper
  /// Nothing.
  case pad

  @inline(__always) func operandWords(_ argument: UInt32) -> Int {
    switch self {
    case .output, .popVLAN, .setVLAN, .popMPLS, .popEthernet, .popNSH, .truncate, .pad: 0
    case .pushVLAN, .setICMP, .pushMPLS, .addMPLS, .userspace, .meter, .recirculate,
      .clone, .hash, .lookDeeper:
      1
    case .setEthernet: 6
    case .setIPv4: 4
    case .setIPv6: 19
    case .setARP, .setNSH: 11
    case .setIPv4Bytes, .setPorts, .setMPLS, .sample, .checkLength: 2
    case .setND: 17
    case .pushEthernet: 3
    case .pushNSH: Int((argument &+ 3) / 4)
    }
  }
}

/// Compiles action lists. `ActionProgram+Headers` and `+Control` compile what few programs have.
struct ActionProgram {
  private(set) var words: [UInt32] = []

  /// Longest program in words: longer lists are cut there (OVS's limit is 64 kB of actions, too).
  static let maxWords = Int(UInt16.max)
  /// Deepest list inside lists; deeper ones are left out.
  static let maxNesting = 32

  init(_ actions: [DatapathAction]) {
    append(actions, nesting: 0)
    if words.count == 1, words[0] & 0xff != Opcode.output.rawValue { head(.pad) }
  }

  /// Compiles a list; returns how many words it took.
  @discardableResult
  mutating func append(_ actions: [DatapathAction], nesting: Int) -> Int {
    let start = words.count
    guard nesting <= ActionProgram.maxNesting,
      let last = actions.lastIndex(where: { $0.isEffective })
    else { return 0 }
    for action in actions[...last] {
      let before = words.count
      append(action, nesting: nesting)
      if words.count > ActionProgram.maxWords {
        words.removeLast(words.count - before)
        break
      }
    }
    return words.count - start
  }

  private mutating func append(_ action: DatapathAction, nesting: Int) {
    switch action {
    case .output(let port): head(.output, UInt32(port))
    case .pushVLAN(let tpid, let tci):
      head(.pushVLAN)
      word(UInt32(tpid) << 16 | UInt32(tci & ~vlanPresent))
    case .popVLAN: head(.popVLAN)
    case .setVLAN(let tci): head(.setVLAN, UInt32((tci & ~vlanPresent).bigEndian))
    case .setEthernet(let e):
      head(.setEthernet)
      addresses(e.dst, e.src)
      addresses(e.dstMask, e.srcMask)
    case .setIPv4(let ip):
      if ip.srcMask | ip.dstMask != 0 {
        head(.setIPv4)
        for w in [ip.src, ip.srcMask, ip.dst, ip.dstMask] { word(w) }
      }
      if ip.tosMask | ip.ttlMask != 0 {
        head(.setIPv4Bytes)
        bytes(0, ip.tos, ip.ttl, 0)
        bytes(0, ip.tosMask, ip.ttlMask, 0)
      }
    case .setIPv6(let ip):
      head(.setIPv6)
      for a in [ip.src, ip.srcMask, ip.dst, ip.dstMask] { long(a) }
      bytes(ip.tos, ip.tosMask, ip.ttl, ip.ttlMask)
      word(ip.label & 0xfffff)
      word(ip.labelMask & 0xfffff)
    case .setARP(let arp):
      head(.setARP)
      for w in [arp.spa, arp.spaMask, arp.tpa, arp.tpaMask] { word(w) }
      addresses(arp.sha, arp.tha)
      addresses(arp.shaMask, arp.thaMask)
      bytes(arp.op, arp.opMask, 0, 0)
    case .setPorts(let p):
      head(.setPorts, UInt32(p.ipProto))
      word(UInt32(p.src) << 16 | UInt32(p.dst))
      word(UInt32(p.srcMask) << 16 | UInt32(p.dstMask))
    default:
      if !appendHeader(action) { appendControl(action, nesting: nesting) }
    }
  }

  mutating func head(_ op: Opcode, _ argument: UInt32 = 0) {
    words.append(argument << 8 | UInt32(op.rawValue))
  }

  /// Four bytes whose first on the wire is the most significant.
  mutating func word(_ value: UInt32) { words.append(value.bigEndian) }

  /// A number for the interpreter.
  mutating func number(_ value: UInt32) { words.append(value) }

  mutating func long(_ value: UInt128) {
    for shift in [96, 64, 32, 0] { word(UInt32(truncatingIfNeeded: value >> UInt128(shift))) }
  }

  mutating func bytes(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) {
    word(UInt32(a) << 24 | UInt32(b) << 16 | UInt32(c) << 8 | UInt32(d))
  }

  mutating func addresses(_ a: EthernetAddress, _ b: EthernetAddress) {
    word(UInt32(truncatingIfNeeded: a.value >> 16))
    word(UInt32(truncatingIfNeeded: a.value << 16) | UInt32(truncatingIfNeeded: b.value >> 32))
    word(UInt32(truncatingIfNeeded: b.value))
  }

  /// Puts a number in a place that was left for it.
  mutating func fill(_ index: Int, _ value: Int) { words[index] = UInt32(value) }

  /// A copy that a worker may read; the caller frees it when no worker does any more.
  func allocate() -> UnsafeMutablePointer<UInt32> {
    let copy = UnsafeMutablePointer<UInt32>.allocate(capacity: max(words.count, 1))
    copy.initialize(repeating: 0, count: max(words.count, 1))
    copy.update(from: words, count: words.count)
    return copy
  }
}

extension DatapathAction {
  /// Whether anybody sees what the operation does: the packet goes somewhere, or is counted.
  var isEffective: Bool {
    switch self {
    case .output, .recirculate, .meter, .userspace: true
    case .clone(let list), .sample(_, let list): list.contains { $0.isEffective }
    case .checkPacketLength(_, let greater, let lessOrEqual):
      greater.contains { $0.isEffective } || lessOrEqual.contains { $0.isEffective }
    default: false
    }
  }
}
