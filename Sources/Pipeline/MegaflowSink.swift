import Datapath
import Fields

/// What the pipeline needs of a datapath: questions come from it, megaflows go to it. `Datapath` is
/// the real one; tests have a fake.
///
/// The contracts of the functions are those of `Datapath`. Any control-side thread.
public protocol MegaflowSink: AnyObject {
  func takeMisses(max: Int) -> [Miss]?
  func answer(
    _ miss: Miss, mask: FlowMask, actions: [DatapathAction], owner: AnyObject?, install: Bool
  ) -> FlowHandle?
  func discard(_ miss: Miss)
  func changeActions(_ flow: FlowHandle, _ actions: [DatapathAction])
  func removeFlows(_ flows: [FlowHandle])
  func waitForMailboxes()
  func execute(_ packet: UnsafeRawBufferPointer, inPort: PortNumber, actions: [DatapathAction])
  func counters(_ port: PortNumber) -> PortCounters
}

extension Datapath: MegaflowSink {}
