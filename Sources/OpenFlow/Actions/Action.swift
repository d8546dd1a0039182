/// An OpenFlow action: one type per action, one file per type in this folder: wire, text, checks.
/// What it *means* is said in `Pipeline/Translate/Actions`, by a conformance to `TranslatableAction`.
///
/// Values, hence any thread. `ActionCatalog` lists the types; a test fails on a file it does not name.
public protocol Action: Sendable {
  /// Appends the action as flow text writes it (ovs-actions(7)), e.g. `output:2`.
  func appendText(to text: inout String)
  /// Whether two actions are the same (for flow-mod "modify" and revalidation).
  func isEqual(to other: any Action) -> Bool
}

extension Action where Self: Equatable {
  public func isEqual(to other: any Action) -> Bool { (other as? Self) == self }
}
