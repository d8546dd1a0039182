import Glibc
import Testing

@testable import Runtime

@Suite struct LogTests {
  private func record(_ text: String = "hello", thread: String = "") -> LogRecord {
    LogRecord(
      module: "bridge", level: .warn, text: text, number: 7, thread: thread,
      wallMilliseconds: 1_795_238_103_042, facility: 0)
  }

  @Test func linesLookLikeThoseOfOVS() {
    let file = LogDestination.file.defaultPattern
    #expect(formatLogLine(file, record()) == "2026-11-21T05:15:03.042Z|00007|bridge|WARN|hello")
    let console = LogDestination.console.defaultPattern
    #expect(
      formatLogLine(console, record(thread: "handler1"))
        == "2026-11-21T05:15:03Z|00007|bridge(handler1)|WARN|hello")
    let syslog = LogDestination.syslog.defaultPattern
    #expect(formatLogLine(syslog, record("a\n\n")) == "ovs|00007|bridge|WARN|a")
  }

  @Test func patternsAlignAndPad() {
    #expect(formatLogLine("[%8c][%-8c][%03N]", record()) == "[  bridge][bridge  ][007]")
    #expect(formatLogLine("%B %p%n%%", record()) == "132 WARN\n%")
    #expect(formatLogLine("%t|%D{%S.##}|%", record()) == "main|03.04|")
  }

  @Test func specificationsAreChecked() {
    let center = LogCenter()
    func failure(_ specification: String) -> String? {
      do {
        try center.apply(specification)
        return nil
      } catch { return "\(error)" }
    }
    #expect(failure("bogus") == "no destination, level, or module \"bogus\"")
    #expect(failure("bridge:dbg:err") == "cannot specify multiple levels")
    #expect(failure("bridge:ofproto") == "cannot specify multiple modules")
    #expect(failure("file,syslog") == "cannot specify multiple destinations")
    #expect(failure("PATTERN") == "missing destination")
    #expect(failure("PATTERN:nowhere:%m") == "unknown destination \"nowhere\"")
    #expect(failure("FACILITY:bogus") == "invalid facility")
    #expect(failure("FACILITY:local3") == nil)
    #expect(failure("BRIDGE Console Dbg") == nil)
    #expect(center.module(named: "bridge").level(for: .console) == .dbg)
    #expect(center.module(named: "bridge").level(for: .file) == .info)
    #expect(failure("PATTERN:file:%m") == nil)
    #expect(center.patternsReport().hasSuffix("\nFILE     none                              %m\n"))
    #expect(failure("any:off") == nil)
    #expect(!center.module(named: "ofproto").isEnabled(.emer))
  }

  @Test func reportsHaveTheColumnsOfOVS() throws {
    let center = LogCenter()
    try center.apply("bfd:console:off")
    try center.setRateLimits(false, modules: ["bfd"])
    #expect(throws: TextError("unknown module")) {
      try center.setRateLimits(false, modules: ["bogus"])
    }
    let lines = center.levelsReport().split(separator: "\n")
    #expect(lines[0] == "                 console    syslog    file")
    #expect(lines[1] == "                 -------    ------    ------")
    #expect(lines[2] == "backtrace         INFO       INFO       INFO")
    #expect(lines[3] == "bfd                OFF       INFO       INFO    (rate limiting disabled)")
  }

  @Test func rateLimitDropsAndReports() {
    let limit = LogRateLimit(60, 2)
    func admit(_ now: Int64) -> String {
      switch limit.admit(now: now) {
      case .drop: "drop"
      case .pass(let report): report ?? "pass"
      }
    }
    #expect([0, 0, 0, 100].map(admit) == ["pass", "pass", "drop", "drop"])
    #expect(
      admit(2000) == "Dropped 2 log messages in last 2 seconds (most recently, 2 seconds ago) "
        + "due to excessive rate")
    #expect(admit(2000) == "pass")
    #expect(admit(2000) == "drop")
    #expect(admit(.max) != "drop")
  }

  @Test func filesAreReopenedAfterRotation() throws {
    let center = LogCenter()
    let path = "/tmp/patchbay-log-test.\(getpid())"
    defer {
      unlink(path)
      unlink(path + ".1")
    }
    let module = center.module(named: "test")
    try center.apply("any:console:off")
    try center.apply("any:syslog:off")
    try center.apply("PATTERN:file:%m")
    try center.openFile(path)
    center.write(module, .info, "one")
    rename(path, path + ".1")
    center.write(module, .info, "two")
    try center.reopenFile()
    center.write(module, .info, "three")
    center.closeFile()
    center.write(module, .info, "lost")
    #expect(try contents(path + ".1") == "one\ntwo\n")
    #expect(try contents(path) == "three\n")
    #expect(throws: TextError("Logging to file not configured")) { try LogCenter().reopenFile() }
  }

  private func contents(_ path: String) throws -> String {
    try ChildProcess.run("cat", [path]).output
  }
}
