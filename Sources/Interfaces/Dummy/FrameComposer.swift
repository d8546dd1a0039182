import Fields

/// Makes the frame that a flow describes: headers with right lengths and checksums, and a payload.
///
/// Pure. A flow says less than a frame has: identification, sequence numbers and windows are zero, a
/// later fragment lies at an offset of 800 bytes.
struct FrameComposer {
  private var fields: FrameFields
  private let payload: Payload

  enum Payload {
    /// 64 bytes that count up, where a transport header carries data.
    case pattern
    /// Zeros up to a length of the whole frame.
    case padded(to: Int)
  }

  /// Nil when the headers alone are longer than the frame is to be.
  static func compose(_ fields: FrameFields, payload: Payload = .pattern) -> [UInt8]? {
    var frame = FrameComposer(fields: fields, payload: payload).ethernet()
    guard case .padded(let length) = payload else { return frame }
    guard frame.count <= length else { return nil }
    // What is no IP has no length of its own.
    frame += [UInt8](repeating: 0, count: length - frame.count)
    return frame
  }

  private init(fields: FrameFields, payload: Payload) {
    self.fields = fields
    self.payload = payload
  }

  private var key: FlowKey { fields.key }

  private func ethernet() -> [UInt8] {
    var frame: [UInt8] = []
    frame.append(address: key.ethDst)
    frame.append(address: key.ethSrc)
    for tag in fields.tags {
      frame.append(big: tag.type)
      frame.append(big: tag.value)
    }
    if fields.tags.isEmpty && key.ethType < 0x600 {
      frame.append(big: UInt16(14))  // no type: the length field of 802.3
      return frame
    }
    frame.append(big: key.ethType)
    switch key.ethType {
    case 0x0800: frame += ipv4(room: room(after: frame.count + 20))
    case 0x86dd: frame += ipv6(room: room(after: frame.count + 40 + fragmentHeader.count))
    case 0x0806, 0x8035: frame += arp()
    case 0x8847, 0x8848: frame.append(big: fields.mpls)
    default: break
    }
    return frame
  }

  /// What is left of a padded frame behind so many bytes; nil when it is not padded.
  private func room(after used: Int) -> Int? {
    guard case .padded(let length) = payload else { return nil }
    return max(0, length - used)
  }

  private func arp() -> [UInt8] {
    var p: [UInt8] = [0, 1, 8, 0, 6, 4]
    p.append(big: UInt16(key.ipProto))
    p.append(address: key.arpSHA)
    p.append(big: key.ipv4Src)
    p.append(address: key.arpTHA)
    p.append(big: key.ipv4Dst)
    return p
  }

  private func ipv4(room: Int?) -> [UInt8] {
    var pseudo: [UInt8] = []
    pseudo.append(big: key.ipv4Src)
    pseudo.append(big: key.ipv4Dst)
    let body = transport(pseudo, room: room)
    var p: [UInt8] = [0x45, key.ipTOS]
    p.append(big: UInt16(truncatingIfNeeded: 20 + body.count))
    p.append(big: UInt16(0))
    p.append(big: fragmentField)
    p += [key.ipTTL, key.ipProto, 0, 0]
    p += pseudo
    p.set(big: InternetChecksum.of(p), at: 10)
    return p + body
  }

  /// Flags and offset of an IPv4 fragment; for IPv6 see `fragmentHeader`.
  private var fragmentField: UInt16 {
    guard key.ipFrag & IPFragment.any != 0 else { return 0 }
    return isLaterFragment ? 0x2000 | 100 : 0x2000
  }

  private var isLaterFragment: Bool { key.ipFrag & IPFragment.later != 0 }

  private var fragmentHeader: [UInt8] {
    guard key.ipFrag & IPFragment.any != 0 else { return [] }
    let offset: UInt16 = isLaterFragment ? 100 << 3 | 1 : 1
    var h = [key.ipProto, 0]
    h.append(big: offset)
    h.append(big: UInt32(0))
    return h
  }

  private func ipv6(room: Int?) -> [UInt8] {
    var pseudo: [UInt8] = []
    pseudo.append(big: key.ipv6Src)
    pseudo.append(big: key.ipv6Dst)
    let body = fragmentHeader + transport(pseudo, room: room)
    var p: [UInt8] = []
    p.append(big: UInt32(6) << 28 | UInt32(key.ipTOS) << 20 | fields.label & 0xfffff)
    p.append(big: UInt16(truncatingIfNeeded: body.count))
    p += [fragmentHeader.isEmpty ? key.ipProto : 44, key.ipTTL]
    return p + pseudo + body
  }

  // MARK: Transport

  private func transport(_ addresses: [UInt8], room: Int?) -> [UInt8] {
    let isV6 = key.ethType == 0x86dd
    guard !isLaterFragment else { return data(room, carriesData: false, header: 0) }
    switch (key.ipProto, isV6) {
    case (6, _): return tcp(addresses, room)
    case (17, _): return udp(addresses, room)
    case (132, _): return ports + [UInt8](repeating: 0, count: 8) + data(room, header: 12)
    case (1, false): return checked([UInt8(truncatingIfNeeded: key.tpSrc), code], room)
    case (2, false):
      return checked([UInt8(truncatingIfNeeded: key.tpSrc), code], room, data: false)
    case (58, true): return icmpv6(addresses, room)
    default: return data(room, carriesData: false, header: 0)
    }
  }

  private var code: UInt8 { UInt8(truncatingIfNeeded: key.tpDst) }

  private var ports: [UInt8] {
    var p: [UInt8] = []
    p.append(big: key.tpSrc)
    p.append(big: key.tpDst)
    return p
  }

  /// Bytes behind a transport header of `header` bytes.
  private func data(_ room: Int?, carriesData: Bool = false, header: Int) -> [UInt8] {
    if let room { return [UInt8](repeating: 0, count: max(0, room - header)) }
    return carriesData ? Array(0..<64) : []
  }

  private func tcp(_ addresses: [UInt8], _ room: Int?) -> [UInt8] {
    let opensOrEnds = key.tcpFlags & 0b111 != 0
    var p = ports + [UInt8](repeating: 0, count: 8)
    p.append(big: 5 << 12 | key.tcpFlags & 0xfff)
    p += [UInt8](repeating: 0, count: 6)
    p += data(room, carriesData: !opensOrEnds, header: 20)
    p.set(big: InternetChecksum.of(pseudo(addresses, p.count) + p), at: 16)
    return p
  }

  private func udp(_ addresses: [UInt8], _ room: Int?) -> [UInt8] {
    let data = data(room, carriesData: true, header: 8)
    var p = ports
    p.append(big: UInt16(truncatingIfNeeded: 8 + data.count))
    p += [0, 0]
    p += data
    let sum = InternetChecksum.of(pseudo(addresses, p.count) + p)
    p.set(big: sum == 0 ? 0xffff : sum, at: 6)
    return p
  }

  /// ICMP and IGMP: eight bytes that begin with `head`, and a checksum over all.
  private func checked(_ head: [UInt8], _ room: Int?, data carriesData: Bool = true) -> [UInt8] {
    var p = head + [UInt8](repeating: 0, count: 6)
    p += data(room, carriesData: carriesData, header: 8)
    p.set(big: InternetChecksum.of(p), at: 2)
    return p
  }

  private func icmpv6(_ addresses: [UInt8], _ room: Int?) -> [UInt8] {
    var p = [UInt8(truncatingIfNeeded: key.tpSrc), code, 0, 0, 0, 0, 0, 0]
    if let n = fields.neighbor {
      p.append(big: n.target)
      for (type, link) in [(UInt8(1), n.sourceLink), (2, n.targetLink)] where link != .zero {
        p += [type, 1]
        p.append(address: link)
      }
    }
    p += data(room, carriesData: fields.neighbor == nil, header: p.count)
    p.set(big: InternetChecksum.of(pseudo(addresses, p.count) + p), at: 2)
    return p
  }

  /// The pseudo header of a checksum: addresses, length, protocol.
  private func pseudo(_ addresses: [UInt8], _ length: Int) -> [UInt8] {
    var p = addresses
    p.append(big: UInt32(truncatingIfNeeded: length))
    p.append(big: UInt32(key.ipProto))
    return p
  }
}

/// The checksum of IP and of what it carries (RFC 1071).
enum InternetChecksum {
  static func of(_ bytes: [UInt8]) -> UInt16 {
    var sum: UInt32 = 0
    for (i, byte) in bytes.enumerated() { sum &+= i & 1 == 0 ? UInt32(byte) << 8 : UInt32(byte) }
    while sum > 0xffff { sum = (sum & 0xffff) + sum >> 16 }
    return ~UInt16(truncatingIfNeeded: sum)
  }
}

extension [UInt8] {
  fileprivate mutating func append(big value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
  }

  fileprivate mutating func append(address: EthernetAddress) {
    append(big: UInt16(truncatingIfNeeded: address.value >> 32))
    append(big: UInt32(truncatingIfNeeded: address.value))
  }

  fileprivate mutating func set(big value: UInt16, at offset: Int) {
    self[offset] = UInt8(truncatingIfNeeded: value >> 8)
    self[offset + 1] = UInt8(truncatingIfNeeded: value)
  }
}
