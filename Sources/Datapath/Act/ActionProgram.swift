import Fields

/// A list of `DatapathAction`s as a worker runs it: 32-bit words, each operation a head word (low 8
/// bits `Opcode`, high 24 bits an argument) and the operands that `Opcode` lists. Operands are in
/// network order, as they stand in a frame, so that the interpreter only masks and stores.
///
/// Invariant: the last operation is an `output` (what follows the last output has no effect and is
/// left out), so the interpreter gives the packet away there; an empty program drops.
enum Opcode: UInt8 {
  /// Argument: port.
  case output = 0
  /// 1 word: the tag as it stands in the frame (TPID, TCI).
  case pushVLAN
  case popVLAN
  /// 6 words: destination and source, then their masks.
  case setEthernet
  /// 5 words: source, mask, destination, mask; tos, mask, ttl, mask as bytes.
  case setIPv4
  /// 17 words: source, mask, destination, mask; tos, mask, ttl, mask as bytes.
  case setIPv6
  /// 11 words: spa, mask, tpa, mask; sha and tha, their masks; operation, mask as bytes.
  case setARP
  /// 2 words: source and destination, their masks. Argument: protocol.
  case setPorts

  @inline(__always) var operandWords: Int {
    switch self {
    case .output, .popVLAN: 0
    case .pushVLAN: 1
    case .setEthernet: 6
    case .setIPv4: 5
    case .setIPv6: 17
    case .setARP: 11
    case .setPorts: 2
    }
  }
}

/// Compiles action lists.
struct ActionProgram {
  private(set) var words: [UInt32] = []

  /// Longest program in words: longer lists are cut there (OVS's limit is 64 kB of actions, too).
  static let maxWords = Int(UInt16.max)

  init(_ actions: [DatapathAction]) {
    for action in actions { append(action) }
    trim()
  }

  private mutating func append(_ action: DatapathAction) {
    switch action {
    case .output(let port): head(.output, UInt32(port))
    case .pushVLAN(let tpid, let tci):
      head(.pushVLAN)
      word(UInt32(tpid) << 16 | UInt32(tci & ~vlanPresent))
    case .popVLAN: head(.popVLAN)
    case .setEthernet(let e):
      head(.setEthernet)
      addresses(e.dst, e.src)
      addresses(e.dstMask, e.srcMask)
    case .setIPv4(let ip):
      head(.setIPv4)
      for w in [ip.src, ip.srcMask, ip.dst, ip.dstMask] { word(w) }
      bytes(ip.tos, ip.tosMask, ip.ttl, ip.ttlMask)
    case .setIPv6(let ip):
      head(.setIPv6)
      for a in [ip.src, ip.srcMask, ip.dst, ip.dstMask] {
        for shift in [96, 64, 32, 0] { word(UInt32(truncatingIfNeeded: a >> UInt128(shift))) }
      }
      bytes(ip.tos, ip.tosMask, ip.ttl, ip.ttlMask)
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
    }
  }

  private mutating func head(_ op: Opcode, _ argument: UInt32 = 0) {
    words.append(argument << 8 | UInt32(op.rawValue))
  }

  /// Four bytes whose first on the wire is the most significant.
  private mutating func word(_ value: UInt32) { words.append(value.bigEndian) }

  private mutating func bytes(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) {
    word(UInt32(a) << 24 | UInt32(b) << 16 | UInt32(c) << 8 | UInt32(d))
  }

  private mutating func addresses(_ a: EthernetAddress, _ b: EthernetAddress) {
    word(UInt32(truncatingIfNeeded: a.value >> 16))
    word(UInt32(truncatingIfNeeded: a.value << 16) | UInt32(truncatingIfNeeded: b.value >> 32))
    word(UInt32(truncatingIfNeeded: b.value))
  }

  /// Cuts what follows the last output that fits.
  private mutating func trim() {
    var end = 0
    var next = 0
    while next < words.count && next < ActionProgram.maxWords {
      guard let op = Opcode(rawValue: UInt8(truncatingIfNeeded: words[next])) else { break }
      next += 1 + op.operandWords
      if op == .output { end = next }
    }
    words.removeLast(words.count - end)
  }

  /// A copy that a worker may read; the caller frees it when no worker does any more.
  func allocate() -> UnsafeMutablePointer<UInt32> {
    let copy = UnsafeMutablePointer<UInt32>.allocate(capacity: max(words.count, 1))
    copy.initialize(repeating: 0, count: max(words.count, 1))
    copy.update(from: words, count: words.count)
    return copy
  }
}
