import OpenFlow

/// What an OpenFlow action means: the conformances stand in `Translate/Actions`, one file per group.
///
/// Every action of `ActionCatalog` conforms (a test checks it). `translate` changes the translator's
/// flow, emits datapath operations or pushes work; it must add to the mask whatever bit of the packet
/// it looked at.
public protocol TranslatableAction: Action {
  func translate(_ translator: Translator)
  /// Whether the action names `port` as an output (the `out_port` filter of flow-mods).
  func outputs(to port: UInt16) -> Bool
  /// Whether the action sends to a group (the `out_group` filter).
  func outputs(toGroup group: UInt32) -> Bool
}

extension TranslatableAction {
  public func outputs(to port: UInt16) -> Bool { false }
  public func outputs(toGroup group: UInt32) -> Bool { nestedActions.refer(toGroup: group) }
}
