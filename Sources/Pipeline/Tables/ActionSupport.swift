import OpenFlow
import Runtime

private let log = Log("ofproto_dpif")
private let limit = LogRateLimit(1, 5)

/// What the switch can do with actions that are right by themselves.
enum ActionSupport {
  static func check(_ traits: ActionTraits) throws(OpenFlowError) {
    guard !traits.contains(.tracking) else {
      log.warnRL(limit, "Rejecting ct action because connection tracking is not supported yet")
      throw .actionNeedsConnectionTracking
    }
  }
}
