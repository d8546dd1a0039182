/// `other_config:flow-restore-wait`: a switch that starts with it waits until somebody (`ovs-ctl
/// restart`) has put the flows back that were there before. Until then no packet is moved, no flow
/// ages and no controller is called: each would act on tables that are not yet what they will be.
///
/// The wait happens once, at the start. When it is over the word means nothing any more.
struct FlowRestoration: Equatable {
  /// Unknown until the first settings are.
  private var waits: Bool?

  var isAwaited: Bool { waits ?? false }

  mutating func follow(_ settings: [String: String]) {
    guard waits != false else { return }
    let wanted = settings["flow-restore-wait"]?.lowercased() == "true"
    if wanted, waits == nil {
      log.info(
        "waiting for flows to be restored: until other_config:flow-restore-wait is removed, packets "
          + "are dropped and controllers are not called")
    } else if !wanted, waits == true {
      log.info("flows are restored: starting to forward packets")
    }
    waits = wanted
  }
}
