import Fields
import OpenFlow

/// An entry of a flow table.
///
/// Threads: the control thread writes, inside `Pipeline.change`; translators read under the read
/// lock. The counters are under the statistics lock.
public final class Rule {
  public let match: Match
  public let priority: UInt16
  public let table: UInt8
  public internal(set) var cookie: UInt64
  public let idleTimeout: UInt16
  public let hardTimeout: UInt16
  public internal(set) var flags: FlowMod.Flags
  public internal(set) var actions: [any Action]
  /// Milliseconds.
  public let created: Int64
  public internal(set) var modified: Int64

  /// Grows with every rule that is inserted: rules of one priority are listed in this order.
  var sequence: UInt64 = 0

  var credit: Credit

  /// What the rule did. `used` is when the last packet came, in milliseconds.
  struct Credit {
    var packets: UInt64 = 0
    var bytes: UInt64 = 0
    var used: Int64
  }

  public enum RemovalReason: UInt8, Sendable {
    case idleTimeout = 0
    case hardTimeout, delete
  }

  init(
    match: Match, priority: UInt16, table: UInt8, actions: [any Action], cookie: UInt64 = 0,
    idleTimeout: UInt16 = 0, hardTimeout: UInt16 = 0, flags: FlowMod.Flags = [], now: Int64
  ) {
    self.match = match
    self.priority = priority
    self.table = table
    self.actions = actions
    self.cookie = cookie
    self.idleTimeout = idleTimeout
    self.hardTimeout = hardTimeout
    self.flags = flags
    created = now
    modified = now
    credit = Credit(used: now)
  }

  var isMortal: Bool { idleTimeout > 0 || hardTimeout > 0 }
}
