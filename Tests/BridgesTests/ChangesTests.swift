import TestSupport
import Testing

@testable import Bridges

@Suite struct ChangesTests {
  private func interface(_ name: String, type: String = "", _ options: [String: String] = [:])
    -> DesiredInterface
  {
    var i = DesiredInterface(name: name, uuid: nil)
    i.type = type
    i.options = options
    return i
  }

  private func bridge(_ name: String, _ interfaces: [DesiredInterface]) -> DesiredBridge {
    var b = DesiredBridge(name: name, uuid: nil)
    b.ports = interfaces.map { i in
      var p = DesiredPort(name: i.name, uuid: nil)
      p.interfaces = [i]
      return p
    }
    return b
  }

  private func desired(_ bridges: [DesiredBridge]) -> DesiredSwitch {
    var s = DesiredSwitch()
    s.bridges = bridges
    return s
  }

  @Test func equalConfigurationsNeedNothing() {
    let s = desired([bridge("br0", [interface("p1"), interface("p2")])])
    #expect(Changes(from: s, to: s).isEmpty)
  }

  @Test func interfaceMovesBetweenBridgesByDeletionThenAddition() {
    let before = desired([bridge("br0", [interface("p1")]), bridge("br1", [])])
    let after = desired([bridge("br0", []), bridge("br1", [interface("p1")])])
    let c = Changes(from: before, to: after)
    #expect(c.removedInterfaces == [.init(bridge: "br0", interface: "p1")])
    #expect(c.addedInterfaces.map(\.place) == [.init(bridge: "br1", interface: "p1")])
    #expect(c.removedBridges.isEmpty && c.addedBridges.isEmpty)
  }

  @Test func changedTypeRecreatesAndChangedOptionsReconfigure() {
    let before = desired([bridge("br0", [interface("a"), interface("b", type: "patch")])])
    let after = desired([
      bridge("br0", [interface("a", type: "patch"), interface("b", type: "patch", ["peer": "x"])])
    ])
    let c = Changes(from: before, to: after)
    #expect(c.removedInterfaces.map(\.interface) == ["a"])
    #expect(c.addedInterfaces.map(\.place.interface) == ["a"])
    #expect(c.changedInterfaces.map(\.place.interface) == ["b"])
  }

  @Test func requestedPortsComeFirst() {
    var wanting = interface("z")
    wanting.requestedPort = 1
    let c = Changes(from: desired([]), to: desired([bridge("br0", [interface("a"), wanting])]))
    #expect(c.addedInterfaces.map(\.place.interface) == ["z", "a"])
  }

  /// Applying the steps to the old state gives the new state, for random pairs of states.
  @Test func stepsLeadFromOldToNew() {
    var random = SplitMix(seed: 7)
    for _ in 0..<300 {
      let (a, b) = (randomSwitch(&random), randomSwitch(&random))
      #expect(applied(Changes(from: a, to: b), to: a) == places(b))
    }
  }

  private func randomSwitch(_ r: inout SplitMix) -> DesiredSwitch {
    var free = (0..<8).map { "p\($0)" }.shuffled(using: &r)
    return desired(
      (0..<3).filter { _ in Bool.random(using: &r) }.map { n in
        bridge(
          "br\(n)",
          (0..<Int.random(in: 0...2, using: &r)).map { _ in
            interface(free.removeLast(), type: ["", "patch"].randomElement(using: &r) ?? "")
          })
      })
  }

  private func places(_ s: DesiredSwitch) -> [String: Set<String>] {
    Dictionary(
      uniqueKeysWithValues: s.bridges.map { b in
        (b.name, Set(b.interfaces.map { "\($0.1.name)/\($0.1.type)" }))
      })
  }

  private func applied(_ c: Changes, to old: DesiredSwitch) -> [String: Set<String>] {
    var state = places(old)
    for place in c.removedInterfaces {
      state[place.bridge] = state[place.bridge]?.filter { !$0.hasPrefix(place.interface + "/") }
    }
    for name in c.removedBridges { state[name] = nil }
    for b in c.addedBridges { state[b.name] = [] }
    for a in c.addedInterfaces {
      state[a.place.bridge]?.insert("\(a.interface.name)/\(a.interface.type)")
    }
    return state
  }
}
