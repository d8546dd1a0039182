import Fields
import OpenFlow

/// Hashes that spread packets over links (`multipath`, `bundle`). They are OVS's, so that a connection
/// takes the link that it would take there: Jenkins's for addresses alone and for the symmetric
/// hash of all layers, Murmur's for the others.
enum PacketHash {
  /// The hash of two numbers: a weight of a link for a packet.
  static func of(_ a: UInt32, _ b: UInt32) -> UInt32 { IntegerHash.hash(a, basis: b) }

  /// The hash of what `fields` says of a packet.
  static func of(
    _ key: FlowKey, _ innerTags: [VLANTag], _ fields: HashFields, basis: UInt16
  ) -> UInt32 {
    let basis = UInt32(basis)
    switch fields {
    case .ethSrc: return jenkins(UInt128(key.ethSrc.value), 6, basis)
    case .ipSrc: return address(key, key.ipv4Src, key.ipv6Src, basis)
    case .ipDst: return address(key, key.ipv4Dst, key.ipv6Dst, basis)
    case .symmetricL3: return symmetricL3(key, basis)
    case .symmetricL4: return SymmetricHash.l4(key, innerTags, basis: basis)
    case .symmetricL3L4, .symmetricL3L4UDP:
      return key.symmetricHash(
        basis: basis, innerVLAN: innerTags.reduce(0) { $0 ^ $1.tci },
        withUDP: fields == .symmetricL3L4UDP)
    }
  }

  private static func jenkins(_ value: UInt128, _ count: Int, _ basis: UInt32) -> UInt32 {
    JenkinsHash.hash(bytes(value, count), size: count, basis: basis)
  }

  /// As on the wire.
  private static func bytes(_ value: UInt128, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt128(8 * (count - 1 - $0))) }
  }

  /// Of what has no addresses, the hash is the basis.
  private static func address(
    _ key: FlowKey, _ ipv4: UInt32, _ ipv6: UInt128, _ basis: UInt32
  ) -> UInt32 {
    switch key.ethType {
    case EtherType.ipv4: jenkins(UInt128(ipv4), 4, basis)
    case EtherType.ipv6: jenkins(ipv6, 16, basis)
    default: basis
    }
  }

  /// Room for an address, the type behind it, and two bytes of nothing.
  private static func symmetricL3(_ key: FlowKey, _ basis: UInt32) -> UInt32 {
    var input: [UInt8] = []
    switch key.ethType {
    case EtherType.ipv4: input = bytes(UInt128(key.ipv4Src ^ key.ipv4Dst), 4)
    case EtherType.ipv6: input = bytes(key.ipv6Src ^ key.ipv6Dst, 16)
    default: break
    }
    input += [UInt8](repeating: 0, count: 16 - input.count) + bytes(UInt128(key.ethType), 2)
    return JenkinsHash.hash(input, size: 20, basis: basis)
  }
}

extension Translator {
  /// The packet's hash; looks at what goes into it.
  func hash(_ fields: HashFields, basis: UInt16) -> UInt32 {
    switch fields {
    case .ethSrc: wildcards.key.ethSrc = .broadcast
    case .ipSrc: examineAddresses(source: true, destination: false)
    case .ipDst: examineAddresses(source: false, destination: true)
    case .symmetricL3: examineAddresses(source: true, destination: true)
    case .symmetricL4:
      examineLink()
      examineAddresses(source: true, destination: true)
      guard isIP else { break }
      examineProtocol()
      if flow.key.ipProto == IPProtocol.tcp || flow.key.ipProto == IPProtocol.sctp {
        // Of a fragment, too.
        wildcards.key.tpSrc = .max
        wildcards.key.tpDst = .max
      }
    case .symmetricL3L4, .symmetricL3L4UDP:
      guard isIP else {
        examineLink()
        break
      }
      examineAddresses(source: true, destination: true)
      examineTransport(withUDP: fields == .symmetricL3L4UDP)
    }
    return PacketHash.of(flow.key, innerTags, fields, basis: basis)
  }

  private func examineLink() {
    wildcards.key.ethSrc = .broadcast
    wildcards.key.ethDst = .broadcast
    wildcards.key.vlanTCI |= 0x0fff | vlanPresent
  }

  private func examineAddresses(source: Bool, destination: Bool) {
    if isIPv4 {
      if source { wildcards.key.ipv4Src = .max }
      if destination { wildcards.key.ipv4Dst = .max }
    } else if isIPv6 {
      if source { wildcards.key.ipv6Src = .max }
      if destination { wildcards.key.ipv6Dst = .max }
    }
  }

  private func examineTransport(withUDP: Bool) {
    guard isIP else { return }
    examineProtocol()
    guard flow.key.hasSymmetricPorts(withUDP: withUDP) else { return }
    wildcards.key.tpSrc = .max
    wildcards.key.tpDst = .max
  }
}
