import Fields

/// The fields a frame is composed of: those of the flow key, and a few that no key has.
struct FrameFields: Equatable {
  var key = FlowKey()
  /// VLAN tags, outermost first: Ethertype, and PCP with VID.
  var tags: [Tag] = []
  /// IPv6 flow label.
  var label: UInt32 = 0
  /// A whole MPLS label stack entry.
  var mpls: UInt32 = 0
  var neighbor: NeighborDiscovery?

  struct Tag: Equatable {
    var type: UInt16
    var value: UInt16
  }

  /// Body of a neighbor solicitation or advertisement; a zero address means no such option.
  struct NeighborDiscovery: Equatable {
    var target: UInt128 = 0
    var sourceLink = EthernetAddress.zero
    var targetLink = EthernetAddress.zero
  }
}
