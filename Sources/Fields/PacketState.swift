/// What is known of a packet besides its headers: hash, marks, type, how it got here.
extension MatchField {
  private static let state = Flow.Offset.state

  public static let dpHash = MatchField(
    "dp_hash", at: state + StateFields.Offset.dpHash, bytes: 4, .hexadecimal, writable: false,
    nxm: .nxmNX(35, bytes: 4, "DP_HASH"),
    experimenter: MatchFieldHeader(
      MatchFieldHeader.experimenterClass, 0, experimenter: 0x2320, bytes: 4, "NXOXM_ET_DP_HASH",
      since: .max))
  public static let recircID = MatchField(
    "recirc_id", at: FlowKey.Offset.recircID, bytes: 4, .decimal, maskable: .none, writable: false,
    nxm: .nxmNX(36, bytes: 4, "RECIRC_ID"))
  public static let packetType = MatchField(
    "packet_type", at: state + StateFields.Offset.packetType, bytes: 4, .packetType,
    maskable: .none, writable: false, oxm: .oxmOF(44, bytes: 4, "PACKET_TYPE", since: 6))
  /// Which conjunction a packet has fulfilled.
  public static let conjID = MatchField(
    "conj_id", at: state + StateFields.Offset.conjID, bytes: 4, .decimal, maskable: .none,
    writable: false, nxm: .nxmNX(37, bytes: 4, "CONJ_ID"))
  /// The port that the action set sends to.
  public static let actsetOutput = MatchField(
    "actset_output", at: state + StateFields.Offset.actsetOutput, bytes: 4, .ofPort32,
    maskable: .none, writable: false,
    oxm: .oxmOF(43, bytes: 4, "ACTSET_OUTPUT", since: 6),
    experimenter: .onfET(43, bytes: 4, "ACTSET_OUTPUT"))
  public static let skbPriority = MatchField(
    "skb_priority", at: state + StateFields.Offset.skbPriority, bytes: 4, .hexadecimal,
    maskable: .none, writable: false)
  public static let pktMark = MatchField(
    "pkt_mark", at: state + StateFields.Offset.pktMark, bytes: 4, .hexadecimal,
    nxm: .nxmNX(33, bytes: 4, "PKT_MARK"))
}
