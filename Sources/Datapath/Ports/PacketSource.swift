/// Where a port's packets come from and go to: a closed set, so that the packet's path can switch
/// over it instead of calling through an existential.
///
/// Queues of `ethdev` and `vhost` are polled by workers, whichever they are given to. Every other case
/// is a plain struct behind a pointer that outlives the port's attachment
/// (`Datapath.detach` returns when no worker touches it any more; only then may it be freed). Such a
/// device has three members, and both functions run on worker threads:
///
/// - `receive(into:max:pool:) -> Int` fills up to `max` buffers allocated from `pool` and returns how
///   many. It never blocks. One worker only: the one that polls the port.
/// - `send(_:count:) -> Int` takes ownership of all `count` buffers, frees every one of them sooner
///   or later, and returns how many it sent; the rest are counted as dropped by the caller. Any
///   worker, one at a time: the caller holds the port's send lock.
/// - `pollDescriptor: Int32` becomes readable when `receive` would return something.
///
/// A packet's buffer is an `OpaquePointer` to an `rte_mbuf` (one segment, of up to 64 KiB; what is left to
/// do for it: `Offloads`); its bytes are reached with the inline accessors of CDPDKShim (`pb_mbuf_data`, `pb_mbuf_length`, `pb_mbuf_alloc`,
/// `pb_mbuf_set_length`, `pb_mbuf_free`).
public enum PacketSource {
  case ethdev(EthdevPort)
  case vhost(VhostPort)
  case tap(UnsafeMutablePointer<TapDevice>)
  case packetSocket(UnsafeMutablePointer<PacketSocketDevice>)
  case dummy(DummyPort)
}

extension PacketSource {
  /// Whether workers poll it: a port for PMD threads.
  public var isPolled: Bool {
    switch self {
    case .ethdev, .vhost: true
    case .tap, .packetSocket, .dummy: false
    }
  }
}

/// A list of packet buffers.
public typealias PacketList = UnsafeMutablePointer<OpaquePointer?>

/// An ethdev of DPDK, configured and started by its owner (Interfaces) before it is attached.
public struct EthdevPort {
  /// DPDK's port id.
  public var id: UInt16
  /// Queues that were set up. Receive queues are spread over workers; a worker sends on queue
  /// `worker % transmitQueues`, under a lock when there are fewer queues than workers.
  public var receiveQueues: UInt16
  public var transmitQueues: UInt16
  /// What its driver finishes by itself.
  public var offloads: Offloads
  /// Where the device is.
  public var numaNode: Int

  public init(
    id: UInt16, receiveQueues: UInt16, transmitQueues: UInt16, numaNode: Int = 0,
    offloads: Offloads = []
  ) {
    self.id = id
    self.receiveQueues = receiveQueues
    self.transmitQueues = transmitQueues
    self.numaNode = numaNode
    self.offloads = offloads
  }
}
