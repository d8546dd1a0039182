/// Which ports share packet buffers, and buffers of what sizes: `other_config:per-port-memory` and
/// `shared-mempool-config` of the Open_vSwitch table (ovs-vswitchd.conf.db(5)). Pure.
public struct PoolModel: Equatable, Sendable {
  /// Buffers that ports with shorter frames are to use as well.
  public struct Shared: Equatable, Sendable {
    public var mtu: Int
    /// Nil: on all nodes.
    public var node: Int?
    public init(mtu: Int, node: Int?) { (self.mtu, self.node) = (mtu, node) }
  }
  /// Every port of DPDK has buffers of its own.
  public var isPerPort = false
  public var shared: [Shared] = []

  public init() {}

  /// Data room of a buffer, without headroom, for frames of an MTU: an Ethernet header, a check sequence and
  /// tags are beside it.
  public static func room(mtu: Int) -> Int { mtu + 64 }

  /// The data room that pools have: in whole kilobytes.
  static func rounded(_ room: Int) -> Int {
    min((max(room, 256) + 1023) & ~1023, MempoolRegistry.maxBufferSize)
  }

  /// The least of the shared sizes that is enough, else `room` itself; rounded.
  func size(room: Int, node: Int?) -> Int {
    let least = PoolModel.rounded(room)
    let enough = shared.lazy.filter { $0.node == nil || $0.node == node }
      .map { PoolModel.rounded(PoolModel.room(mtu: $0.mtu)) }.filter { $0 >= least }
    return enough.min() ?? least
  }
}
