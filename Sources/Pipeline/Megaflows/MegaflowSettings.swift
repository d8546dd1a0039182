/// Columns of `other_config` that say how long megaflows live and how many there may be.
public struct MegaflowSettings: Hashable, Sendable {
  /// Milliseconds that a flow without traffic stays (`max-idle`).
  public var maxIdle: Int64 = 10_000
  /// Milliseconds between two revalidations at most (`max-revalidator`).
  public var maxRevalidator: Int64 = 500
  /// Flows of all workers together (`flow-limit`).
  public var flowLimit = 200_000

  /// Whether flows match no more than translation looked at; else they match whole keys
  /// (`upcall/disable-megaflows`).
  public var usesMasks = true

  public init() {}
}
