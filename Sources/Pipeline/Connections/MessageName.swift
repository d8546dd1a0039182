import OpenFlow
import Runtime

private let log = Log("connmgr")
private let errorLimit = LogRateLimit(10, 10)

extension OpenFlowService {
  /// Tells the log that a request was refused.
  static func logError(
    _ error: OpenFlowError, answering bytes: [UInt8], _ context: WireContext, _ connection: String
  ) {
    log.infoRL(
      errorLimit,
      "\(connection): sending \(error) error reply to "
        + "\(MessageName.of(bytes, context.version)) message")
  }
}

/// What OpenFlow calls a message, as far as its first bytes say.
enum MessageName {
  static func of(_ bytes: [UInt8], _ version: OpenFlowVersion) -> String {
    guard let (identity, type) = MessageCatalog.find(bytes, version) else { return "invalid" }
    return prefix(identity) + words("\(type)")
  }

  private static func prefix(_ identity: MessageIdentity) -> String {
    switch identity {
    case .type: "OFPT_"
    case .statsRequest, .statsReply: "OFPST_"
    case .nicira: "NXT_"
    case .niciraStatsRequest, .niciraStatsReply: "NXST_"
    case .onf: "ONFT_"
    case .onfStatsRequest, .onfStatsReply: "ONFST_"
    }
  }

  /// `FlowStatsRequest` is `FLOW_REQUEST`, `PortMod` is `PORT_MOD`.
  static func words(_ name: String) -> String {
    var words = ""
    var before: Character = "_"
    for letter in name {
      if letter.isUppercase, before.isLowercase { words.append("_") }
      words.append(contentsOf: letter.uppercased())
      before = letter
    }
    for (long, short) in [("_STATS_", "_"), ("DESCRIPTION", "DESC"), ("SWITCH_", "")] {
      if let range = words.firstRange(of: long) { words.replaceSubrange(range, with: short) }
    }
    return words
  }
}
