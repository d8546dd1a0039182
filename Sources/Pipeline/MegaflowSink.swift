import Datapath
import Fields

/// What the pipeline needs of a datapath: questions come from it, megaflows go to it. `Datapath` is
/// the real one; tests have a fake.
///
/// The contracts of the functions are those of `Datapath`. Any control-side thread.
public protocol MegaflowSink: AnyObject {
  func takeMisses(max: Int) -> [Miss]?
  func takePunts(max: Int) -> [Punt]?
  func answer(
    _ miss: Miss, mask: FlowMask, deepMask: DeepKey, actions: [DatapathAction], owner: AnyObject?,
    install: Bool
  ) -> FlowHandle?
  func copy(_ flow: FlowHandle, to worker: Int) -> FlowHandle?
  func takeSamples(max: Int) -> [HitSample]
  func discard(_ miss: Miss)
  func changeActions(_ flow: FlowHandle, _ actions: [DatapathAction])
  func removeFlows(_ flows: [FlowHandle])
  func waitForMailboxes()
  func execute(_ packet: UnsafeRawBufferPointer, inPort: PortNumber, actions: [DatapathAction])
  func counters(_ port: PortNumber) -> PortCounters
  /// How many meters there can be; indexes are below.
  var maxMeters: UInt32 { get }
  func setMeter(_ index: UInt32, _ meter: DatapathMeter)
  func removeMeter(_ index: UInt32)
  func meterStatistics(_ index: UInt32) -> DatapathMeter.Statistics
}

extension MegaflowSink {
  /// For datapaths without packets, and with one worker.
  public func takePunts(max: Int) -> [Punt]? { nil }
  public func copy(_ flow: FlowHandle, to worker: Int) -> FlowHandle? { nil }
  public func takeSamples(max: Int) -> [HitSample] { [] }
}

extension Datapath: MegaflowSink {}
