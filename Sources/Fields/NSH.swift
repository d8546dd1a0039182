/// The network service header (RFC 8300).
extension MatchField {
  private static let nsh = Flow.Offset.headers
  private static let path = nsh + HeaderFields.Offset.nshPathHeader

  public static let nshFlags = MatchField(
    "nsh_flags", at: nsh + HeaderFields.Offset.nshFlags, bytes: 1, .decimal, needs: .nsh,
    oxm: .nxoxmNSH(1, bytes: 1, "FLAGS"))
  public static let nshMDType = MatchField(
    "nsh_mdtype", at: nsh + HeaderFields.Offset.nshMDType, bytes: 1, .decimal, maskable: .none,
    needs: .nsh, writable: false, oxm: .nxoxmNSH(2, bytes: 1, "MDTYPE"))
  public static let nshNP = MatchField(
    "nsh_np", at: nsh + HeaderFields.Offset.nshNP, bytes: 1, .decimal, maskable: .none,
    needs: .nsh, writable: false, oxm: .nxoxmNSH(3, bytes: 1, "NP"))
  /// Service path identifier.
  public static let nshSPI = MatchField(
    "nsh_spi", "nsp", at: path, bytes: 4, bits: 24, shift: 8, .hexadecimal, maskable: .none,
    needs: .nsh, oxm: .nxoxmNSH(4, bytes: 4, "SPI"))
  /// Service index.
  public static let nshSI = MatchField(
    "nsh_si", "nsi", at: path, bytes: 4, bits: 8, .decimal, maskable: .none, needs: .nsh,
    oxm: .nxoxmNSH(5, bytes: 1, "SI"))
  /// The context headers nsh_c1 ... nsh_c4 of metadata type 1.
  public static let nshContext: [MatchField] = (0..<4).map { n in
    MatchField(
      "nsh_c\(n + 1)", "nshc\(n + 1)", at: nsh + HeaderFields.Offset.nshContext + 4 * n, bytes: 4,
      .hexadecimal, needs: .nsh, oxm: .nxoxmNSH(UInt8(6 + n), bytes: 4, "C\(n + 1)"))
  }
  public static let nshTTL = MatchField(
    "nsh_ttl", at: nsh + HeaderFields.Offset.nshTTL, bytes: 1, .decimal, maskable: .none,
    needs: .nsh, oxm: .nxoxmNSH(10, bytes: 1, "TTL"))
}
