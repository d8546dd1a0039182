import OpenFlow
import Testing

@testable import Pipeline

/// The rules that need no socket.
@Suite struct ControllerRulesTests {
  @Test func waitsGrowAndStartAgain() {
    var backoff = Backoff(limit: 8000)
    var now: Int64 = 0
    func fail() -> Int64 {
      backoff.attempted(at: now)
      backoff.gaveUp()
      _ = backoff.lost(at: now)
      now += backoff.wait
      return backoff.wait
    }
    #expect((0..<6).map { _ in fail() } == [1000, 2000, 4000, 8000, 8000, 8000])
    // A connection that dies as soon as it is made did not work either.
    backoff.attempted(at: now)
    #expect(backoff.lost(at: now + 7999) == .longest)
    backoff.attempted(at: now)
    #expect(backoff.lost(at: now + 8000) == .again && backoff.wait == 1000)
    backoff.setLimit(500)
    #expect(backoff.wait == 500 && backoff.patience == 1000)
  }

  @Test func silenceIsProbedOnce() {
    var watch = Liveness(interval: 5000, now: 0)
    #expect(watch.check(at: 4999) == .fine(until: 5000))
    #expect(watch.check(at: 5000) == .ask(until: 10_000))
    #expect(watch.isIdle && watch.check(at: 9999) == .fine(until: 10_000))
    #expect(watch.heard(at: 9999) && !watch.isIdle)
    #expect(watch.check(at: 10_000) == .fine(until: 14_999))
    #expect(watch.check(at: 14_999) == .ask(until: 19_999))
    #expect(watch.check(at: 19_999) == .dead)
    watch.interval = nil
    #expect(watch.check(at: .max) == .unwatched)
  }

  @Test func lookingIsNotRuling() {
    var admission = Admission(now: 0)
    func message(_ message: any Message, _ version: OpenFlowVersion = .v13) -> [UInt8] {
      MessageCodec.encode(message, xid: 1, WireContext(version)) ?? []
    }
    admission.connected(at: 1000)
    for looks: any Message in [
      EchoReply([]), FeaturesRequest(), GetConfigRequest(), GetAsyncRequest(),
    ] {
      admission.received(message(looks), .v13, at: 2000)
    }
    #expect(!admission.isAdmitted && admission.secondsSince(at: 5000) == 5)
    admission.received(message(BarrierRequest()), .v13, at: 3000)
    #expect(admission.isAdmitted && admission.secondsSince(at: 5000) == 2)
    admission.connected(at: 6000)
    #expect(!admission.isAdmitted)
    admission.received(message(EchoReply([])), .v13, at: 36_000)
    #expect(admission.isAdmitted)
  }

  @Test func electionsDoNotGoBack() {
    var generation = ElectionGeneration()
    #expect(generation.advance(to: .max - 1) && generation.advance(to: .max - 1))
    #expect(!generation.advance(to: .max - 2) && generation.advance(to: 3))
    #expect(generation.value == 3 && !generation.advance(to: .max))
  }

  @Test func flowModsAreCounted() {
    var log = FlowModLog()
    #expect(log.text(at: 0) == nil)
    log.count(.add, at: 1000)
    #expect(log.text(at: 1500) == "1 flow_mods in the last 0 s (1 adds)")
    log.count(.modify, at: 3000)
    log.count(.deleteStrict, at: 4000)
    #expect(
      log.text(at: 4000)
        == "3 flow_mods in the last 3 s (1 adds, 1 deletes, 1 modifications)")
    #expect(log.text(at: 9000)?.hasPrefix("3 flow_mods in the 3 s starting 8 s ago") == true)
    log.report("x", at: 9000)
    #expect(log.text(at: 9000) == nil)
  }

  @Test func messagesHaveTheirNames() {
    #expect(MessageName.words("FlowMod") == "FLOW_MOD")
    #expect(MessageName.words("FlowStatsRequest") == "FLOW_REQUEST")
    #expect(MessageName.words("DescriptionRequest") == "DESC_REQUEST")
    #expect(MessageName.words("SetControllerID") == "SET_CONTROLLER_ID")
  }

  @Test(arguments: [
    ("tcp:10.0.0.1", true), ("ssl:[::1]:7", true), ("unix:x", true), ("ptcp:", false),
    ("pssl:6640:127.0.0.1", false), ("punix:x", false),
  ])
  func targets(text: String, isActive: Bool) {
    #expect(ControllerTarget(text)?.isActive == isActive)
  }

  @Test(arguments: ["", "none", "tcp:", "udp:1.2.3.4", "ptcp:x", "punix:", "ptcp:99999", "unix:"])
  func noTargets(text: String) { #expect(ControllerTarget(text) == nil) }
}
