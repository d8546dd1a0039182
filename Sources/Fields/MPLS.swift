/// The outermost entry of an MPLS label stack.
extension MatchField {
  private static let lse = Flow.Offset.headers + HeaderFields.Offset.mplsLSE

  public static let mplsLabel = MatchField(
    "mpls_label", at: lse, bytes: 4, bits: 20, shift: 12, .decimal, maskable: .none, needs: .mpls,
    oxm: .oxmOF(34, bytes: 4, "MPLS_LABEL"))
  public static let mplsTC = MatchField(
    "mpls_tc", at: lse, bytes: 4, bits: 3, shift: 9, .decimal, maskable: .none, needs: .mpls,
    oxm: .oxmOF(35, bytes: 1, "MPLS_TC"))
  /// "Bottom of stack": there is no entry behind this one.
  public static let mplsBOS = MatchField(
    "mpls_bos", at: lse, bytes: 4, bits: 1, shift: 8, .decimal, maskable: .none, needs: .mpls,
    writable: false, oxm: .oxmOF(36, bytes: 1, "MPLS_BOS", since: 4))
  public static let mplsTTL = MatchField(
    "mpls_ttl", at: lse, bytes: 4, bits: 8, .decimal, maskable: .none, needs: .mpls,
    nxm: .nxmNX(30, bytes: 1, "MPLS_TTL"))
}
