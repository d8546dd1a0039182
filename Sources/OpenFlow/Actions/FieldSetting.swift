import Fields

/// What later versions have instead of an action of its own for every field.
enum FieldSetting {
  /// Sets all of `field`.
  static func actions(_ field: MatchField, _ value: UInt128) -> [any Action] {
    [SetField(field, value)]
  }
}

/// The fields of transport ports, by IP protocol.
enum TransportFields {
  static let source: [UInt8: MatchField] = [
    IPProtocol.tcp: .tcpSrc, IPProtocol.udp: .udpSrc, IPProtocol.sctp: .sctpSrc,
  ]
  static let destination: [UInt8: MatchField] = [
    IPProtocol.tcp: .tcpDst, IPProtocol.udp: .udpDst, IPProtocol.sctp: .sctpDst,
  ]
}
