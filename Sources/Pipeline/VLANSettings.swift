/// How a port treats VLAN tags: columns `vlan_mode`, `tag`, `trunks` and `other_config:priority-tags`
/// of the Port table (ovs-vswitchd.conf.db(5)).
public struct VLANSettings: Hashable, Sendable {
  public enum Mode: Hashable, Sendable {
    /// One VLAN, without tag on the wire.
    case access
    /// Several VLANs, tagged; packets without tag are in VLAN 0.
    case trunk
    /// A trunk on which packets without tag belong to VLAN `tag`; going out they have a tag.
    case nativeTagged
    /// As `nativeTagged`, but packets of VLAN `tag` go out without one.
    case nativeUntagged
  }

  /// Whether a packet that leaves in VLAN 0 carries its priority in a tag of VLAN 0.
  public enum PriorityTags: Hashable, Sendable {
    case never, ifNonzero, always
  }

  public var mode: Mode
  /// The access or native VLAN; 0 on a trunk.
  public var tag: UInt16
  /// The VLANs a trunk carries. Nil: all of them. A native VLAN is carried whether named or not.
  public var trunks: Set<UInt16>?
  public var priorityTags: PriorityTags

  /// With nothing configured a port is a trunk of all VLANs.
  public init(
    mode: Mode = .trunk, tag: UInt16 = 0, trunks: Set<UInt16>? = nil,
    priorityTags: PriorityTags = .never
  ) {
    self.mode = mode
    self.tag = tag
    self.trunks = trunks
    self.priorityTags = priorityTags
  }
}
