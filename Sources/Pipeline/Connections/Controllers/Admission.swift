import OpenFlow

/// Whether a controller has taken the switch on. Controllers look at a switch (features, configuration,
/// descriptions) before they decide, and may hang up then; one that does so again and again does not
/// keep a bridge from failing open. Anything else that it asks for, or half a minute, says that it has
/// decided. Pure; milliseconds.
struct Admission {
  private(set) var isAdmitted = false
  private var lastAdmitted: Int64
  private var connected: Int64 = 0

  private static let patience: Int64 = 30_000

  init(now: Int64) { lastAdmitted = now }

  mutating func connected(at now: Int64) {
    isAdmitted = false
    connected = now
  }

  mutating func received(_ bytes: [UInt8], _ version: OpenFlowVersion, at now: Int64) {
    if isAdmitted || !Self.isPreliminary(bytes, version) || now &- connected >= Self.patience {
      isAdmitted = true
      lastAdmitted = now
    }
  }

  func secondsSince(at now: Int64) -> Int64 { (now &- lastAdmitted) / 1000 }

  /// Whether a message is one that only looks.
  static func isPreliminary(_ bytes: [UInt8], _ version: OpenFlowVersion) -> Bool {
    switch MessageCatalog.identity(bytes, version) {
    // Hello, error, echo, features, configuration.
    case .type(let type) where [0, 1, 2, 3, 5, 6, 7, 8, 9].contains(type): return true
    // Configuration of queues, asynchronous messages.
    case .type(let type): return (version == .v10 ? [20, 21] : [22, 23, 26, 27]).contains(type)
    // Groups, their descriptions and features; features and descriptions of tables.
    case .statsRequest(let kind): return [6, 7, 8, 12, 14].contains(kind)
    case nil: return true
    default: return false
    }
  }
}
