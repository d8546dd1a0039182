import Datapath
import Fields
import OpenFlow

@testable import Pipeline

/// A pipeline with a fake datapath and a clock that stands still, and short ways to fill it.
final class TestSwitch {
  let datapath = FakeDatapath()
  let pipeline: Pipeline
  private let clock = TestClock()
  var time: Int64 {
    get { clock.now }
    set { clock.now = newValue }
  }

  private final class TestClock {
    var now: Int64 = 1_000_000
  }

  /// With the fake datapath, or with a real one.
  init(datapath real: (any MegaflowSink)? = nil) {
    let clock = clock
    pipeline = Pipeline(datapath: real ?? datapath, now: { clock.now })
    pipeline.megaflows.store.withLock { $0.freshness = .zero }
  }

  @discardableResult
  func bridge(_ name: String, secure: Bool = false) -> Bridge {
    var settings = BridgeSettings()
    settings.failMode = secure ? .secure : .standalone
    return pipeline.addBridge(name, datapathID: 1, settings: settings)
  }

  @discardableResult
  func port(
    _ bridge: String, _ name: String, _ ofport: UInt16, _ number: PortNumber,
    vlan: VLANSettings = VLANSettings()
  ) -> BridgePort {
    var settings = PortSettings(
      ofport: ofport, name: name, kind: .datapath(number), typeName: "dummy")
    settings.vlan = vlan
    return self[bridge].addPort(settings)
  }

  @discardableResult
  func patch(
    _ bridge: String, _ name: String, _ ofport: UInt16, peer: String,
    vlan: VLANSettings = VLANSettings()
  ) -> BridgePort {
    var settings = PortSettings(
      ofport: ofport, name: name, kind: .patch(peer: peer), typeName: "patch")
    settings.vlan = vlan
    return self[bridge].addPort(settings)
  }

  subscript(_ bridge: String) -> Bridge {
    pipeline.bridges[bridge] ?? pipeline.addBridge(bridge, datapathID: 1)
  }

  func flows(_ bridge: String, _ texts: String...) throws {
    for text in texts { try self[bridge].apply(FlowText.parse(text)) }
  }

  /// A packet arrives and is answered.
  @discardableResult
  func miss(_ key: FlowKey, length: Int = 60) -> FlowHandle? {
    let before = datapath.state.withLock { $0.flows.count }
    pipeline.megaflows.handle(Miss(worker: 0, key: key, packetLength: length))
    return datapath.state.withLock { $0.flows.count > before ? $0.flows.last : nil }
  }

  func translate(_ key: FlowKey) -> Translation? { pipeline.translate(key) }

  func trace(_ arguments: String...) -> String {
    do { return try pipeline.trace(arguments) } catch { return "error: \(error)" }
  }
}

/// Keys in the datapath's notation.
func key(_ text: String) -> FlowKey { (try? DatapathFlowText.parse(text)) ?? FlowKey() }

func mac(_ text: String) -> EthernetAddress { EthernetAddress(text) ?? .zero }

/// A small generator of pseudo-random numbers, so that every run is the same.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 &+ 1 }
  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state &* 0x2545_f491_4f6c_dd1d
  }
}
