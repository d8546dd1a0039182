import Glibc

/// What command-line options and the control commands `vlog/*` do to the log. The texts are OVS's.
extension LogCenter {
  /// Applies one argument of `-v` or `vlog/set`: `[MODULE][:DESTINATION][:LEVEL]` with the words in
  /// any order, `PATTERN:DESTINATION:PATTERN` or `FACILITY:NAME`. Throws `TextError`.
  public func apply(_ specification: String) throws {
    var words = WordScanner(specification)
    let first = words.next()
    if let first, first.equalsIgnoringCase("PATTERN") {
      try applyPattern(&words)
    } else if let first, first.equalsIgnoringCase("FACILITY") {
      guard let facility = syslogFacility(words.rest) else { throw TextError("invalid facility") }
      state.withLock { $0.facility = facility }
    } else {
      words = WordScanner(specification)
      try applyLevels(&words)
    }
  }

  /// Everything to every destination (`-v`, `vlog/set` without argument).
  public func setMaximumVerbosity() { setLevel(.dbg, module: nil, destination: nil) }

  /// Sets a level; nil stands for all.
  public func setLevel(_ level: LogLevel, module: LogModule?, destination: LogDestination?) {
    state.withLock { state in
      for module in module.map({ [$0] }) ?? Array(state.modules.values) {
        for destination in destination.map({ [$0] }) ?? LogDestination.allCases {
          module.setLevel(level, for: destination)
        }
      }
    }
  }

  private func applyPattern(_ words: inout WordScanner) throws {
    guard let word = words.next() else { throw TextError("missing destination") }
    let destination = LogDestination(name: word)
    guard destination != nil || word.equalsIgnoringCase("ANY") else {
      throw TextError("unknown destination \"\(word)\"")
    }
    let pattern = words.rest
    state.withLock { state in
      for target in destination.map({ [$0] }) ?? LogDestination.allCases {
        state.patterns[target.rawValue] = pattern
      }
    }
  }

  private func applyLevels(_ words: inout WordScanner) throws {
    var module: LogModule?
    var destination: LogDestination?
    var level: LogLevel?
    while let word = words.next() {
      if word.equalsIgnoringCase("ANY") { continue }
      if let found = LogDestination(name: word) {
        if destination != nil { throw TextError("cannot specify multiple destinations") }
        destination = found
      } else if let found = LogLevel(name: word) {
        if level != nil { throw TextError("cannot specify multiple levels") }
        level = found
      } else if let found = existingModule(word) {
        if module != nil { throw TextError("cannot specify multiple modules") }
        module = found
      } else {
        throw TextError("no destination, level, or module \"\(word)\"")
      }
    }
    setLevel(level ?? .dbg, module: module, destination: destination)
  }

  private func existingModule(_ name: String) -> LogModule? {
    state.withLock { state in state.modules.values.first { $0.name.equalsIgnoringCase(name) } }
  }

  /// `vlog/enable-rate-limit` and `vlog/disable-rate-limit`; no name means all modules.
  public func setRateLimits(_ enabled: Bool, modules names: [String]) throws {
    if names.isEmpty {
      state.withLock { state in
        for module in state.modules.values { module.honorsRateLimits = enabled }
      }
    }
    for name in names {
      guard let module = existingModule(name) else { throw TextError("unknown module") }
      module.honorsRateLimits = enabled
    }
  }

  public func setSyslogMethod(_ name: String) throws {
    try state.withLock { try $0.syslog.setMethod(name) }
  }

  public func setSyslogTarget(_ address: String) { state.withLock { $0.syslog.setTarget(address) } }

  /// The text of `vlog/list`.
  public func levelsReport() -> String {
    let modules = state.withLock { Array($0.modules.values) }
    let lines = modules.map { module in
      func column(_ destination: LogDestination) -> String {
        module.level(for: destination).name.paddedLeft(4)
      }
      let limits = module.honorsRateLimits ? "" : "    (rate limiting disabled)"
      return "\(module.name.padded(16))  \(column(.console))       \(column(.syslog))"
        + "       \(column(.file))\(limits)\n"
    }
    return "                 console    syslog    file\n"
      + "                 -------    ------    ------\n" + lines.sorted().joined()
  }

  /// The text of `vlog/list-pattern`.
  public func patternsReport() -> String {
    state.withLock { state in
      let lines = LogDestination.allCases.map { destination in
        let prefix = destination == .syslog ? state.syslog.prefix : "none"
        let pattern = state.patterns[destination.rawValue]
        return "\(destination.name.padded(7))  \(prefix.padded(32))  \(pattern)\n"
      }
      return "         prefix                            format\n"
        + "         ------                            ------\n" + lines.joined()
    }
  }
}

/// Splits at blanks, commas and colons like strtok_r, and knows what is left.
private struct WordScanner {
  private var remaining: Substring

  init(_ text: String) { remaining = text[...] }

  var rest: String { String(remaining) }

  mutating func next() -> String? {
    let separators: Set<Character> = [" ", ",", ":", "\t"]
    remaining = remaining.drop { separators.contains($0) }
    guard !remaining.isEmpty else { return nil }
    let word = remaining.prefix { !separators.contains($0) }
    remaining = remaining[word.endIndex...].dropFirst()
    return String(word)
  }
}

private func syslogFacility(_ name: String) -> Int32? {
  let names = [
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "clock", "", "ftp",
    "ntp", "audit", "alert", "clock2", "local0", "local1", "local2", "local3", "local4", "local5",
    "local6", "local7",
  ]
  guard !name.isEmpty, let index = names.firstIndex(where: name.equalsIgnoringCase) else {
    return nil
  }
  return Int32(index) << 3
}
