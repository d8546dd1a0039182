import Datapath
import Fields
import OpenFlow

/// Headers in front of the packet: Ethernet, NSH (RFC 8300), MPLS. The operation is emitted by the
/// next commit, so that the header has at once what is set in it.
extension Translator {
  enum PendingEncap: Equatable {
    case ethernet
    /// With the metadata behind a header of type 2.
    case nsh(metadata: [UInt8])
    case mpls
  }

  func encap(_ action: EncapAction) {
    commit()
    switch action.header {
    case .ethernet: encapEthernet()
    case .nsh: encapNSH(action.properties)
    case .mpls, .mplsMulticast:
      encapLabel(UInt16(truncatingIfNeeded: action.header.rawValue))
    }
    isIrreversible = true
  }

  private func encapEthernet() {
    let type = flow.packetType
    guard type >> 16 == PacketTypes.etherTypeNamespace else { return fail(.unsupportedPacketType) }
    flow.packetType = 0
    flow.key.ethSrc = .zero
    flow.key.ethDst = .zero
    flow.key.ethType = UInt16(truncatingIfNeeded: type)
    pendingEncap = .ethernet
  }

  private func encapNSH(_ properties: [EncapAction.Property]) {
    let next: UInt8
    switch flow.packetType {
    case 0: next = 3
    case PacketTypes.ipv4: next = 1
    case PacketTypes.ipv6: next = 2
    case PacketTypes.nsh: next = 4
    default: return fail(.unsupportedPacketType)
    }
    var type: UInt8 = 1
    var metadata: [UInt8] = []
    for property in properties {
      switch property {
      case .metadataType(let value): type = value
      case .tlv(let tlvClass, let tlvType, let value):
        metadata += [
          UInt8(tlvClass >> 8), UInt8(tlvClass & 0xff), tlvType, UInt8(value.count & 0x7f),
        ]
        metadata += value + [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
      }
    }
    if type != 2 || metadata.count > 248 { metadata = [] }
    flow.becomeNSH()
    flow.headers[byte: HeaderFields.Offset.nshTTL] = 63
    flow.headers[byte: HeaderFields.Offset.nshMDType] = type & 0x0f
    flow.headers[byte: HeaderFields.Offset.nshNP] = next
    flow.headers[byte: HeaderFields.Offset.nshPathHeader + 3] = 255
    pendingEncap = .nsh(metadata: metadata)
  }

  /// A label in front of all that there is, Ethernet included.
  private func encapLabel(_ etherType: UInt16) {
    let count = flow.packetType == 0 ? 0 : countLabels()
    guard count < HeaderFields.maxLabels else { return fail(.tooManyLabels("encap")) }
    if count > 0 {
      pushLabel(etherType)
    } else {
      let label = LabelStackEntry.bottom | 64
      flow.headers = HeaderFields()
      forgetPayload()
      flow.headers[label: 0] = label
      flow.key.ethType = etherType
    }
    flow.packetType = PacketTypes.etherTypeNamespace << 16 | UInt32(etherType)
    flow.key.vlanTCI = 0
    innerTags = []
    flow.key.ethSrc = .zero
    flow.key.ethDst = .zero
    pendingEncap = .mpls
  }

  /// The packet behind the label is what the action says.
  private func decapLabel(_ packetType: UInt32) {
    let count = countLabels()
    guard count > 0 else { return }
    let type = UInt16(truncatingIfNeeded: packetType)
    let etherType = type == 0 ? EtherType.transparentEthernet : type
    removeLabel(count, etherType)
    flow.packetType = packetType
    actions.append(.popMPLS(etherType: etherType))
    adoptHeaders()
    isIrreversible = true
    if count == 1 { freeze() }
  }

  /// Removes the outermost header. What is behind NSH has to be parsed anew.
  func decap(_ action: DecapAction) {
    commit()
    switch flow.packetType {
    case 0:
      wildcards.key.vlanTCI |= vlanPresent
      guard flow.key.vlanTCI & vlanPresent == 0 else { return fail(.unsupportedPacketType) }
      flow.packetType = PacketTypes.etherTypeNamespace << 16 | UInt32(flow.key.ethType)
      flow.key.ethSrc = .zero
      flow.key.ethDst = .zero
      isIrreversible = true
    case PacketTypes.nsh:
      let place = Flow.Offset.headers + HeaderFields.Offset.nshNP
      wildcards.setBytes(place, 1, 0xff)
      guard (1...4).contains(flow.headers[byte: HeaderFields.Offset.nshNP]) else {
        return fail(.unsupportedPacketType)
      }
      pendingDecap = true
      isIrreversible = true
      freeze()
    case PacketTypes.mpls, PacketTypes.mplsMulticast: decapLabel(action.packetType)
    default: fail(.unsupportedPacketType)
    }
  }

  var isNSH: Bool { flow.packetType == PacketTypes.nsh || flow.key.ethType == EtherType.nsh }

  /// Of a packet with NSH. False when the TTL does not allow it.
  func decrementNSHTTL() -> Bool {
    let place = HeaderFields.Offset.nshTTL
    wildcards.setBytes(Flow.Offset.headers + place, 1, 0xff)
    guard flow.headers[byte: place] > 1 else { return false }
    flow.headers[byte: place] -= 1
    return true
  }

  // MARK: Commit

  func commitEncap() {
    if let pending = pendingEncap {
      pendingEncap = nil
      switch pending {
      case .ethernet:
        actions.append(
          .pushEthernet(
            src: flow.key.ethSrc, dst: flow.key.ethDst, etherType: flow.key.ethType))
      case .nsh(let metadata):
        actions.append(.pushNSH(header: flow.headers.serviceHeader(metadata)))
      case .mpls:
        actions.append(.addMPLS(etherType: flow.key.ethType, lse: flow.headers[label: 0]))
      }
      adoptHeaders()
    } else if pendingDecap {
      pendingDecap = false
      actions.append(.popNSH)
    } else if flow.packetType != base.packetType, base.packetType == 0 {
      actions.append(.popEthernet)
      base.packetType = flow.packetType
      base.key.ethSrc = .zero
      base.key.ethDst = .zero
    }
  }

  private func adoptHeaders() {
    base.key = flow.key
    baseInnerTags = innerTags
    base.headers = flow.headers
    base.packetType = flow.packetType
  }

  /// Fields of a service header that was there.
  func commitNSH() {
    guard flow.key.ethType == EtherType.nsh else { return }
    var set = DatapathAction.MaskedNSH()
    let (new, old, mask) = (flow.headers, base.headers, wildcards.headers)
    if new.serviceFlags != old.serviceFlags {
      (set.flags, set.flagsMask) = (new.serviceFlags, mask.serviceFlags)
    }
    if new[byte: HeaderFields.Offset.nshTTL] != old[byte: HeaderFields.Offset.nshTTL] {
      set.ttl = new[byte: HeaderFields.Offset.nshTTL]
      set.ttlMask = mask[byte: HeaderFields.Offset.nshTTL]
    }
    if new[long: HeaderFields.Offset.nshPathHeader] != old[long: HeaderFields.Offset.nshPathHeader]
    {
      set.path = new[long: HeaderFields.Offset.nshPathHeader]
      set.pathMask = mask[long: HeaderFields.Offset.nshPathHeader]
    }
    for i in 0..<4 {
      let place = HeaderFields.Offset.nshContext + 4 * i
      guard new[long: place] != old[long: place] else { continue }
      set.context[i] = new[long: place]
      set.contextMask[i] = mask[long: place]
    }
    if set != DatapathAction.MaskedNSH() { actions.append(.setNSH(set)) }
  }
}

/// Packet types as namespace << 16 | type.
enum PacketTypes {
  static let etherTypeNamespace: UInt32 = 1
  static let ipv4: UInt32 = 0x10800, ipv6: UInt32 = 0x186dd, nsh: UInt32 = 0x1894f
  static let mpls: UInt32 = 0x18847, mplsMulticast: UInt32 = 0x18848
}

extension Flow {
  /// All that was known of the packet's headers is inside now.
  fileprivate mutating func becomeNSH() {
    let inPort = key.inPort
    let recircID = key.recircID
    key = FlowKey()
    key.inPort = inPort
    key.recircID = recircID
    key.ethType = EtherType.nsh
    headers = HeaderFields()
    packetType = PacketTypes.nsh
  }
}

extension HeaderFields {
  subscript(byte offset: Int) -> UInt8 {
    get { withUnsafeBytes(of: self) { $0[offset] } }
    set { withUnsafeMutableBytes(of: &self) { $0[offset] = newValue } }
  }

  subscript(long offset: Int) -> UInt32 {
    withUnsafeBytes(of: self) {
      UInt32(bigEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
  }

  var serviceFlags: UInt8 { self[byte: Offset.nshFlags] & 3 }

  /// The whole header, as it stands before a packet.
  fileprivate func serviceHeader(_ metadata: [UInt8]) -> [UInt8] {
    let isFixed = self[byte: Offset.nshMDType] == 1
    let length = 8 + (isFixed ? 16 : metadata.count)
    let first =
      UInt16(serviceFlags) << 12 | UInt16(self[byte: Offset.nshTTL] & 0x3f) << 6
      | UInt16(length / 4)
    var bytes = [UInt8(first >> 8), UInt8(first & 0xff)]
    bytes += [self[byte: Offset.nshMDType], self[byte: Offset.nshNP]]
    for i in 0..<4 { bytes.append(self[byte: Offset.nshPathHeader + i]) }
    if isFixed {
      for i in 0..<16 { bytes.append(self[byte: Offset.nshContext + i]) }
    }
    return isFixed ? bytes : bytes + metadata
  }
}
