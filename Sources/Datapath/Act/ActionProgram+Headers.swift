/// Operations on headers that few packets have.
extension ActionProgram {
  /// False for any other operation.
  mutating func appendHeader(_ action: DatapathAction) -> Bool {
    switch action {
    case .setICMP(let icmp):
      head(.setICMP, icmp.isIPv6 ? 1 : 0)
      bytes(icmp.type, icmp.typeMask, icmp.code, icmp.codeMask)
    case .setND(let nd):
      head(.setND)
      long(nd.target)
      long(nd.targetMask)
      addresses(nd.sll, nd.tll)
      addresses(nd.sllMask, nd.tllMask)
      word(nd.reserved)
      word(nd.reservedMask)
      bytes(nd.optionsType, nd.optionsTypeMask, 0, 0)
    case .pushMPLS(let type, let lse):
      head(.pushMPLS, UInt32(type))
      word(lse)
    case .addMPLS(let type, let lse):
      head(.addMPLS, UInt32(type))
      word(lse)
    case .popMPLS(let type): head(.popMPLS, UInt32(type))
    case .setMPLS(let lse, let mask):
      head(.setMPLS)
      word(lse)
      word(mask)
    case .pushEthernet(let src, let dst, let type):
      head(.pushEthernet, UInt32(type))
      addresses(dst, src)
    case .popEthernet: head(.popEthernet)
    case .pushNSH(let header): appendPushNSH(header)
    case .popNSH: head(.popNSH)
    case .setNSH(let nsh):
      head(.setNSH)
      bytes(nsh.flags, nsh.flagsMask, nsh.ttl, nsh.ttlMask)
      word(nsh.path)
      word(nsh.pathMask)
      for i in 0..<4 { word(i < nsh.context.count ? nsh.context[i] : 0) }
      for i in 0..<4 { word(i < nsh.contextMask.count ? nsh.contextMask[i] : 0) }
    default: return false
    }
    return true
  }

  /// A header is at most 256 bytes long: its length field counts words in six bits.
  private mutating func appendPushNSH(_ header: [UInt8]) {
    let header = header.prefix(256)
    head(.pushNSH, UInt32(header.count))
    for start in stride(from: 0, to: header.count, by: 4) {
      var value: UInt32 = 0
      for i in start..<start + 4 { value = value << 8 | (i < header.count ? UInt32(header[i]) : 0) }
      word(value)
    }
  }
}
