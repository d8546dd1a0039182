/// tun_metadata0 ... tun_metadata63: options of a Geneve header. Which option a field stands for, and
/// where it lies among the option bytes of a flow, is said by a bridge's table of options
/// (`TunnelOptionTable`); these records have the greatest length that there may be.
extension MatchField {
  public static let tunnelMetadata: [MatchField] = (0..<64).map { tunnelMetadata($0, length: 124) }

  /// The field of an option of `length` bytes that lies `position` bytes behind the first one.
  public static func tunnelMetadata(_ index: Int, at position: Int = 0, length: Int) -> MatchField {
    MatchField(
      "tun_metadata\(index)", at: Flow.Offset.tunnelOptions + position, bytes: length, .hexadecimal,
      nxm: .nxmNX(UInt8(40 + index & 0x3f), bytes: length, "TUN_METADATA\(index)"),
      tunnelOption: index)
  }
}
