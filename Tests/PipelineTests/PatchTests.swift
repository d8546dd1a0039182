import Fields
import Glibc
import OpenFlow
import Testing

@testable import Pipeline

@Suite struct PatchTests {
  /// br0 ... br(n-1) in a row; port 1 of the first and of the last bridge are real.
  private func chain(_ count: Int) -> TestSwitch {
    let s = TestSwitch()
    s.pipeline.change {
      for index in 0..<count {
        s.bridge("br\(index)")
        if index > 0 { s.patch("br\(index)", "l\(index)", 10, peer: "r\(index - 1)") }
        if index < count - 1 { s.patch("br\(index)", "r\(index)", 11, peer: "l\(index + 1)") }
      }
      s.port("br0", "in", 1, 1)
      s.port("br\(count - 1)", "out", 2, 2)
    }
    return s
  }

  private let packet = key(
    "in_port(1),eth(src=50:54:00:00:00:01,dst=50:54:00:00:00:02),eth_type(0x1234)")

  @Test func crosses512Bridges() throws {
    let s = chain(512)
    let flow = try #require(s.miss(packet))
    #expect(s.datapath.actions(of: flow) == [.output(2)])
    // Every bridge has learned where the sender is.
    for index in 0..<512 {
      let port = s["br\(index)"].macTable.lookup(mac("50:54:00:00:00:01"), vlan: 0)
      #expect(port?.ofport == (index == 0 ? 1 : 10))
    }
    s.datapath.hit(flow, packets: 5, bytes: 300, at: s.time)
    for index in [0, 100, 510] {
      let near = s["br\(index)"]
      let far = s["br\(index + 1)"]
      let tx = near.counters(of: try #require(near.ports[11]))
      let rx = far.counters(of: try #require(far.ports[10]))
      #expect(tx.txPackets == 5 && rx.rxPackets == 5 && tx.txBytes == 300 && rx.rxBytes == 300)
    }
  }

  /// Two cables between the same two bridges: a copy that comes back over the other one must not
  /// teach the near bridge that the sender is over there.
  @Test func copiesThatComeBackTeachNothing() throws {
    let s = TestSwitch()
    s.pipeline.change {
      for name in ["br0", "br1"] { s.bridge(name) }
      for index in [1, 2] as [UInt16] {
        s.patch("br0", "a\(index)", 10 + index, peer: "b\(index)")
        s.patch("br1", "b\(index)", 10 + index, peer: "a\(index)")
      }
      s.port("br0", "in", 1, 1)
    }
    s.miss(key("in_port(1),eth(src=50:54:00:00:00:01,dst=ff:ff:ff:ff:ff:ff),eth_type(0x1234)"))
    let sender = s["br0"].macTable.lookup(mac("50:54:00:00:00:01"), vlan: 0)
    #expect(sender?.ofport == 1)
  }

  /// Four times the bridges cost about four times the work, in the thread's own time.
  @Test func costGrowsInProportion() throws {
    func cost(_ count: Int) -> Int {
      let s = chain(count)
      _ = s.translate(packet)
      return (0..<5).map { _ in threadTime { _ = s.translate(packet) } }.min() ?? 0
    }
    let short = cost(128)
    let long = cost(512)
    #expect(long < short * 8, "\(short) ns for 128, \(long) ns for 512")
    #expect(chain(512).translate(packet)?.effects.count == 512 * 2 - 1)
  }

  /// Nanoseconds that the thread was running.
  private func threadTime(_ body: () -> Void) -> Int {
    func now() -> Int {
      var time = timespec()
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
    let start = now()
    body()
    return now() - start
  }

  @Test func thousandBridgesSettleQuickly() {
    let s = TestSwitch()
    let duration = threadTime {
      s.pipeline.change {
        for index in 0..<1000 {
          s.bridge("br\(index)")
          s.patch("br\(index)", "a\(index)", 1, peer: "b\(index)")
        }
        for index in 0..<1000 {
          s.patch("br\((index + 1) % 1000)", "b\(index)", 2, peer: "a\(index)")
        }
      }
    }
    #expect(duration < 2_000_000_000, "\(duration) ns")
    #expect(s["br7"].ports[1]?.peer?.name == "b7")
    let removal = threadTime {
      s.pipeline.change { for index in 0..<1000 { s.pipeline.removeBridge("br\(index)") } }
    }
    #expect(removal < 2_000_000_000, "\(removal) ns")
  }

  @Test func loopsLoseOnlyTheirOwnCopy() throws {
    let s = TestSwitch()
    s.bridge("br0")
    s.bridge("br1")
    s.port("br0", "p1", 1, 1)
    s.port("br0", "p2", 2, 2)
    s.port("br1", "q1", 1, 3)
    for index in 0..<2 {
      s.patch("br0", "a\(index)", UInt16(10 + index), peer: "b\(index)")
      s.patch("br1", "b\(index)", UInt16(10 + index), peer: "a\(index)")
    }
    let translation = try #require(s.translate(packet))
    #expect(translation.error == nil)
    #expect(translation.actions.contains(.output(2)) && translation.actions.contains(.output(3)))
    let loops = translation.effects.filter { if case .loop = $0 { true } else { false } }
    #expect(!loops.isEmpty)
    let flow = try #require(s.miss(packet))
    s.datapath.hit(flow, packets: 2, bytes: 120, at: s.time)
    s.pipeline.megaflows.revalidate()
    #expect(s.pipeline.loops.dropped.values.reduce(0, +) == UInt64(loops.count) * 2)
    #expect(s.pipeline.loops.dropped.keys.contains("br1/b0"))
    let trace = s.trace("br0", "in_port=1,dl_src=50:54:00:00:00:01,dl_dst=50:54:00:00:00:02")
    #expect(trace.contains(">> packet has come in on patch port"))
  }

  /// A web of bridges in which the number of ways explodes costs a bounded amount of work.
  @Test func websAreBounded() throws {
    let s = TestSwitch()
    let count = 8
    for a in 0..<count {
      s.bridge("br\(a)")
      s.port("br\(a)", "p\(a)", 100, UInt16(a + 1))
      for b in 0..<count where b != a {
        s.patch("br\(a)", "x\(a)y\(b)", UInt16(b + 1), peer: "x\(b)y\(a)")
      }
    }
    let duration = threadTime { _ = s.translate(packet) }
    #expect(duration < 5_000_000_000, "\(duration) ns")
    let translation = try #require(s.translate(packet))
    #expect(translation.actions.count <= TranslationBudget.actions + TranslationBudget.crossings)
  }

  @Test func contextIsClearedAndRestored() throws {
    let s = TestSwitch()
    s.bridge("br0", secure: true)
    s.bridge("br1", secure: true)
    s.port("br0", "p1", 1, 1)
    s.port("br0", "p2", 2, 2)
    s.port("br1", "q1", 1, 3)
    s.patch("br0", "pa", 10, peer: "pb")
    s.patch("br1", "pb", 11, peer: "pa")
    try s.flows(
      "br0",
      "in_port=1,actions=load:5->NXM_NX_REG0[],load:6->OXM_OF_METADATA[],load:7->NXM_NX_TUN_ID[],"
        + "output:10,resubmit(,1)",
      "table=1,reg0=5,metadata=6,tun_id=7,in_port=1,actions=output:2")
    try s.flows(
      "br1",
      "reg0=0,metadata=0,tun_id=0,in_port=11,actions=load:9->NXM_NX_REG0[],mod_dl_dst:00:00:00:00:00:09,output:1"
    )
    let actions = try #require(s.translate(packet)).actions
    #expect(
      DatapathActionText.format(actions)
        == "set(eth(dst=00:00:00:00:00:09)),3,set(eth(dst=50:54:00:00:00:02)),2")
  }

  @Test func pairsComeAndGo() throws {
    let s = TestSwitch()
    s.bridge("br0")
    s.bridge("br1")
    s.bridge("br2")
    s.port("br0", "p1", 1, 1)
    s.port("br1", "q1", 1, 2)
    s.port("br2", "r1", 1, 3)
    func outputs() -> String { DatapathActionText.format(s.translate(packet)?.actions ?? []) }
    s.patch("br0", "pa", 10, peer: "pb")
    #expect(outputs() == "drop")
    let wrong = s.patch("br1", "pb", 11, peer: "px")
    #expect(outputs() == "drop" && wrong.peer == nil)
    var right = PortSettings(ofport: 11, name: "pb", kind: .patch(peer: "pa"), typeName: "patch")
    s["br1"].updatePort(right)
    #expect(outputs() == "2")
    s["br1"].removePort(11)
    #expect(outputs() == "drop")
    right.ofport = 12
    s["br2"].addPort(right)
    #expect(outputs() == "3")
    s["br0"].updatePort(
      PortSettings(ofport: 10, name: "pa", kind: .patch(peer: "no"), typeName: "patch"))
    #expect(outputs() == "drop")
  }

  @Test func texts() {
    let s = chain(2)
    #expect(s.pipeline.bridgesText() == "br0\nbr1\n")
  }
}
