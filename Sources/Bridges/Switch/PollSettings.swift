import Datapath
import Runtime

private let datapathLog = Log("dpif_netdev")

/// What `Open_vSwitch.other_config` says of PMD threads: who polls which queue, and how they wait,
/// send and measure (ovs-vswitchd.conf.db(5)). What cannot be read is as if it were not there.
///
/// The sizes of caches (`emc-insert-inv-prob`, `smc-enable`) are not among it: the flow cache is
/// right for every traffic, and there is nothing to choose.
struct PollSettings: Equatable {
  var algorithm = QueueAssignment.Algorithm.cycles
  var isolates = true
  var balance = LoadBalance()
  var options = WorkerOptions()
  /// `pmd-rxq-assign` as it is written, if that is no algorithm.
  var unknownAlgorithm: String?
  /// `pmd-rxq-isolate=false` without the algorithm that allows it.
  var isIsolationRefused = false

  /// OVS's limit of a sleep in microseconds.
  static let longestSleep = 10_000

  init() {}

  init(_ other: [String: String]) {
    let name = other["pmd-rxq-assign"] ?? algorithm.rawValue
    if let known = QueueAssignment.Algorithm(rawValue: name) {
      algorithm = known
    } else {
      unknownAlgorithm = name
    }
    isolates = other["pmd-rxq-isolate"] != "false" || algorithm != .group
    isIsolationRefused = isolates && other["pmd-rxq-isolate"] == "false"
    readBalance(other)
    readSleep(other)
    options.flushInterval = min(max(Self.number(other["tx-flush-interval"]) ?? 0, 0), 1_000_000)
    options.measuresRounds = other["pmd-perf-metrics"] == "true"
  }

  private mutating func readBalance(_ other: [String: String]) {
    func value(_ key: String, _ range: ClosedRange<Int>, _ usual: Int) -> Int {
      Self.number(other[key]).flatMap { range.contains($0) ? $0 : nil } ?? usual
    }
    balance.isEnabled = other["pmd-auto-lb"] == "true"
    balance.interval = max(1, value("pmd-auto-lb-rebal-interval", 0...20_000, 1))
    balance.loadThreshold = value("pmd-auto-lb-load-threshold", 0...100, 95)
    balance.improvementThreshold = value("pmd-auto-lb-improvement-threshold", 0...100, 25)
  }

  /// `pmd-sleep-max` is a list: a number for all, `core:number` for one. `pmd-maxsleep` is how OVS 3.1
  /// called the first.
  private mutating func readSleep(_ other: [String: String]) {
    func bounded(_ value: Int) -> Int { min(max(value, 0), Self.longestSleep) }
    guard let list = other["pmd-sleep-max"] else {
      options.maximumSleep = bounded(Self.number(other["pmd-maxsleep"]) ?? 0)
      return
    }
    for (key, value) in Self.pairs(list) {
      guard let number = Self.number(key), number >= 0 else { continue }
      if value.isEmpty {
        options.maximumSleep = bounded(number)
      } else if let sleep = Self.number(value), sleep >= 0 {
        options.maximumSleepOfCore[number] = bounded(sleep)
      }
    }
  }

  // MARK: Text

  /// `key:value` or `key=value` or `key`, between commas or blanks.
  static func pairs(_ text: String) -> [(key: Substring, value: Substring)] {
    text.split(whereSeparator: { $0 == "," || $0.isWhitespace }).map { item in
      let end = item.firstIndex { $0 == ":" || $0 == "=" } ?? item.endIndex
      return (item[..<end], item[end...].dropFirst())
    }
  }

  /// Decimal, or hexadecimal behind 0x. A number too large for us is the largest there is.
  static func number(_ text: (some StringProtocol)?) -> Int? {
    guard let text else { return nil }
    let isHex = text.hasPrefix("0x") || text.hasPrefix("0X")
    let digits = isHex ? Substring(text.dropFirst(2)) : Substring(text)
    if let value = Int(digits, radix: isHex ? 16 : 10) { return value }
    let isNumber = !digits.isEmpty && digits.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
    return isNumber ? .max : nil
  }

  /// The cores of `pmd-rxq-affinity` by queue; nil when the text is wrong.
  static func affinity(_ text: String) -> [Int: Int]? {
    var cores: [Int: Int] = [:]
    for (key, value) in pairs(text) {
      guard let queue = number(key), let core = number(value), (0...65535).contains(queue),
        (0...65535).contains(core)
      else { return nil }
      cores[queue] = core
    }
    return cores
  }

  // MARK: Log

  /// Says what is other than before.
  func logChanges(since old: PollSettings) {
    func log(_ changed: Bool, _ text: @autoclosure () -> String) {
      if changed { datapathLog.info(text()) }
    }
    let flush = options.flushInterval
    log(
      flush != old.options.flushInterval, "Flushing interval for tx queues set to \(flush) us")
    log(
      options.measuresRounds != old.options.measuresRounds,
      "PMD performance metrics collection \(options.measuresRounds ? "enabled" : "disabled")")
    if let unknownAlgorithm, unknownAlgorithm != old.unknownAlgorithm {
      datapathLog.warn(
        "Unsupported rx queue to PMD assignment mode in pmd-rxq-assign. Defaulting to 'cycles'.")
    }
    log(
      algorithm != old.algorithm,
      "Rxq to PMD assignment mode changed to: '\(algorithm.rawValue)'.")
    if isIsolationRefused && !old.isIsolationRefused {
      datapathLog.warn(
        "pmd-rxq-isolate can only be set false when using pmd-rxq-assign=group")
    }
    log(
      isolates != old.isolates,
      "pmd-rxq-affinity \(isolates ? "isolates" : "does not isolate") PMD core")
    log(balance != old.balance, balanceText)
    let sleep = options.maximumSleep
    log(sleep != old.options.maximumSleep, "PMD max sleep request is \(sleep) usecs.")
  }

  private var balanceText: String {
    guard balance.isEnabled else { return "PMD auto load balance is disabled." }
    return "PMD auto load balance is enabled, interval \(balance.interval) mins, pmd load "
      + "threshold \(balance.loadThreshold)%, improvement threshold "
      + "\(balance.improvementThreshold)%."
  }
}
