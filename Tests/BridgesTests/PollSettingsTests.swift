import Datapath
import Testing

@testable import Bridges

@Suite struct PollSettingsTests {
  @Test func nothingIsSet() {
    #expect(PollSettings([:]) == PollSettings())
    #expect(PollSettings().algorithm == .cycles && PollSettings().isolates)
  }

  @Test(
    arguments: [
      (["pmd-sleep-max": "50"], 50, [:]), (["pmd-sleep-max": "50,8:0,9:100"], 50, [8: 0, 9: 100]),
      (["pmd-sleep-max": "8:70"], 0, [8: 70]), (["pmd-sleep-max": "20, 30"], 30, [:]),
      (["pmd-maxsleep": "60"], 60, [:]), (["pmd-maxsleep": "60", "pmd-sleep-max": "7"], 7, [:]),
      (["pmd-sleep-max": "99999999999999999999,1:88888"], 10_000, [1: 10_000]),
      (["pmd-sleep-max": "x,-4,1:y,:,1:2:3,2:9"], 0, [2: 9]), (["pmd-maxsleep": "-3"], 0, [:]),
      (["pmd-sleep-max": ""], 0, [:]),
    ] as [([String: String], Int, [Int: Int])])
  func sleep(other: [String: String], all: Int, ofCore: [Int: Int]) {
    let options = PollSettings(other).options
    #expect(options.maximumSleep == all && options.maximumSleepOfCore == ofCore)
  }

  @Test(
    arguments: [
      ("0:3,1:7", [0: 3, 1: 7]), ("0:0x10", [0: 16]), ("", [:]), ("1=2 3=4", [1: 2, 3: 4]),
      ("0:a", nil), ("0", nil), ("-1:2", nil), ("0:-2", nil), ("0:99999999999999999999", nil),
    ] as [(String, [Int: Int]?)])
  func affinity(text: String, cores: [Int: Int]?) {
    #expect(PollSettings.affinity(text) == cores)
  }

  @Test func isolationNeedsGroup() {
    let refused = PollSettings(["pmd-rxq-isolate": "false"])
    #expect(refused.isolates && refused.isIsolationRefused)
    let taken = PollSettings(["pmd-rxq-isolate": "false", "pmd-rxq-assign": "group"])
    #expect(!taken.isolates && !taken.isIsolationRefused && taken.algorithm == .group)
    let unknown = PollSettings(["pmd-rxq-assign": "best"])
    #expect(unknown.algorithm == .cycles && unknown.unknownAlgorithm == "best")
  }

  @Test func balanceIsWithinBounds() {
    let b = PollSettings([
      "pmd-auto-lb": "true", "pmd-auto-lb-rebal-interval": "0", "pmd-auto-lb-load-threshold": "101",
      "pmd-auto-lb-improvement-threshold": "30",
    ]).balance
    #expect(b.isEnabled && b.interval == 1 && b.loadThreshold == 95)
    #expect(b.improvementThreshold == 30)
    #expect(PollSettings(["pmd-auto-lb-rebal-interval": "20001"]).balance.interval == 1)
  }

  @Test(
    arguments: [
      ([], RoundLog.Settings().text),
      (["on"], "on, before=5, after=5, extend=false, us_thr=250, q_thr=128"),
      (
        ["on", "-b", "3", "-a", "4", "-e", "-us", "300", "-q", "9"],
        "on, before=3, after=4, extend=true, us_thr=300, q_thr=9"
      ),
      (
        ["-b", "5000", "-a", "5000"],
        "off, before=998, after=0, extend=false, us_thr=250, q_thr=128"
      ),
      (["maybe"], nil), (["-b"], nil), (["-us", "x"], nil),
    ] as [([String], String?)])
  func suspicion(arguments: [String], text: String?) {
    #expect(RoundLog.Settings().changed(arguments)?.text == text)
  }
}
