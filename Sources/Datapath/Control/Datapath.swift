import Fields

/// Control side of the packet's path. (Skeleton: signatures are final, bodies follow.)
public final class Datapath {
  public init(_ configuration: DatapathConfiguration = DatapathConfiguration()) throws {}

  // MARK: Ports (control thread)
  public func attach(_ port: PortNumber, name: String, source: PacketSource) throws {}
  /// Returns when no worker touches the port's source any more.
  public func detach(_ port: PortNumber) {}
  public func counters(_ port: PortNumber) -> PortCounters { PortCounters() }
  /// Frames longer than this (without FCS, with Ethernet header) are not sent to the port.
  public func setMaximumFrameLength(_ port: PortNumber, _ bytes: Int) {}

  // MARK: Workers (control thread)
  public func setPMDCores(_ cores: [Int]) throws {}
  public var workers: [WorkerDescription] { [] }
  public func clearCounters() {}

  // MARK: Misses and flows (any control-side thread)
  /// Blocks until there is a miss; nil after `shutdown`. Fair among input ports.
  public func takeMisses(max: Int) -> [Miss]? { nil }
  /// Installs a flow at the worker that asked, and sends the packets that wait for it. With
  /// `install` false only the packets that wait under the miss's own key are sent: no flow remains,
  /// and nil is returned.
  public func answer(
    _ miss: Miss, mask: FlowMask, actions: [DatapathAction], owner: AnyObject? = nil,
    install: Bool = true
  ) -> FlowHandle? { nil }
  /// Drops the packets that wait for this miss (`DropReason.upcallError`).
  public func discard(_ miss: Miss) {}
  /// Replaces the actions of an installed flow; its statistics go on.
  public func changeActions(_ flow: FlowHandle, _ actions: [DatapathAction]) {}
  /// Asynchronous; a handle's state becomes `.removed`, with final statistics.
  public func removeFlows(_ flows: [FlowHandle]) {}
  /// Returns when every worker has processed all commands posted before.
  public func waitForMailboxes() {}
  /// Sends one packet as if it had come in on `inPort` (packet-out), on the event worker.
  public func execute(
    _ packet: UnsafeRawBufferPointer, inPort: PortNumber, actions: [DatapathAction]
  ) {}

  // MARK: Simulation
  /// Returns when all injected packets, their misses included, have been handled; false when that
  /// did not happen within the time limit.
  @discardableResult
  public func quiesce(timeoutMilliseconds: Int = 5000) -> Bool { true }

  public func shutdown() {}
}
