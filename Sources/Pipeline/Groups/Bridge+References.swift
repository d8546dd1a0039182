import OpenFlow

/// Groups and meters that flows name.
extension Bridge {
  /// Throws when actions name a group or a meter that does not exist: flows and packet-outs with such
  /// actions are refused.
  func checkReferences(
    _ actions: [any Action], _ traits: ActionTraits = .references
  ) throws(OpenFlowError) {
    guard traits.contains(.references) else { return }
    try actions.forEachNested { action throws(OpenFlowError) in
      if let id = action.meter, meters[id] == nil { throw OpenFlowError.invalidMeter }
      if let id = action.group, groups[id] == nil { throw OpenFlowError.badOutGroup }
    }
  }
}
