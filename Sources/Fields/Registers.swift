/// Fields that exist only while a packet is translated: registers, metadata, tunnel id, input port.
extension MatchField {
  public static let inPort = MatchField(
    "in_port", at: FlowKey.Offset.inPort, bytes: 2, .ofPort, maskable: .none,
    nxm: .nxmOF(0, bytes: 2, "IN_PORT"))
  /// `in_port` with 32 bits, as OpenFlow 1.1 and later have it.
  public static let inPortOXM = MatchField(
    "in_port_oxm", at: FlowKey.Offset.inPort, bytes: 2, bits: 32, .ofPort32, maskable: .none,
    oxm: .oxmOF(0, bytes: 4, "IN_PORT"))
  public static let metadata = MatchField(
    "metadata", at: Flow.Offset.metadata, bytes: 8, .hexadecimal,
    oxm: .oxmOF(2, bytes: 8, "METADATA"))

  /// The key of the tunnel that a packet came through, or is to go through.
  public static let tunnelID = MatchField(
    "tun_id", "tunnel_id", at: Flow.Offset.tunnelID, bytes: 8, .hexadecimal,
    nxm: .nxmNX(16, bytes: 8, "TUN_ID"), oxm: .oxmOF(38, bytes: 8, "TUNNEL_ID", since: 4))

  /// reg0 ... reg15: 32 bits each.
  public static let registers: [MatchField] = (0..<16).map { n in
    MatchField(
      "reg\(n)", at: Flow.Offset.registers + 4 * n, bytes: 4, .hexadecimal,
      nxm: .nxmNX(UInt8(n), bytes: 4, "REG\(n)"))
  }
  /// xreg0 ... xreg7: two registers each.
  public static let doubleRegisters: [MatchField] = (0..<8).map { n in
    MatchField(
      "xreg\(n)", at: Flow.Offset.registers + 8 * n, bytes: 8, .hexadecimal,
      oxm: .packetRegister(UInt8(n)))
  }
  /// xxreg0 ... xxreg3: four registers each.
  public static let quadRegisters: [MatchField] = (0..<4).map { n in
    MatchField(
      "xxreg\(n)", at: Flow.Offset.registers + 16 * n, bytes: 16, .hexadecimal,
      nxm: .nxmNX(UInt8(111 + n), bytes: 16, "XXREG\(n)"))
  }
}
