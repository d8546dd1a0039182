import Synchronization

/// A named source of messages and how much of them each destination wants.
///
/// Any thread reads; writers hold `LogCenter`'s lock (a level that is seen late does no harm, hence
/// relaxed order).
public final class LogModule: Sendable {
  public let name: String
  private let levels: [LevelCell]
  private let limited = Atomic<Bool>(true)

  init(name: String) {
    self.name = name
    levels = LogDestination.allCases.map { _ in LevelCell() }
  }

  public func level(for destination: LogDestination) -> LogLevel {
    levels[destination.rawValue].level
  }

  func setLevel(_ level: LogLevel, for destination: LogDestination) {
    levels[destination.rawValue].level = level
  }

  /// Whether any destination wants messages of this level.
  public func isEnabled(_ level: LogLevel) -> Bool {
    levels.contains { $0.level.rawValue >= level.rawValue }
  }

  /// False after `vlog/disable-rate-limit`.
  public var honorsRateLimits: Bool {
    get { limited.load(ordering: .relaxed) }
    set { limited.store(newValue, ordering: .relaxed) }
  }
}

/// One level that threads may read while another sets it.
private final class LevelCell: Sendable {
  private let raw = Atomic<UInt8>(LogLevel.info.rawValue)

  var level: LogLevel {
    get { LogLevel(rawValue: raw.load(ordering: .relaxed)) ?? .info }
    set { raw.store(newValue.rawValue, ordering: .relaxed) }
  }
}
