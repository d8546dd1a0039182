import Fields

/// Number of a port in the datapath: what `FlowKey.inPort` holds there. 0 is never a real port.
public typealias PortNumber = UInt16

/// One operation of the datapath, as translation writes it. `ActionProgram` compiles a list of these
/// into the flat words that a worker interprets; an empty list drops the packet.
///
/// Masked sets change only the bits set in their mask; values use host order.
public indirect enum DatapathAction: Hashable, Sendable {
  case output(PortNumber)
  /// Pushes a tag: `tci` carries PCP and VID without the present bit.
  case pushVLAN(tpid: UInt16, tci: UInt16)
  case popVLAN
  /// Replaces ID and priority of the outermost tag; its TPID stays.
  case setVLAN(tci: UInt16)
  case setEthernet(MaskedEthernet)
  case setIPv4(MaskedIPv4)
  case setIPv6(MaskedIPv6)
  case setARP(MaskedARP)
  /// TCP, UDP or SCTP ports by `ipProto` (6, 17, 132).
  case setPorts(MaskedPorts)
  /// ICMP or ICMPv6 (`isIPv6`) type and code.
  case setICMP(MaskedICMP)
  case setND(MaskedND)
  /// Pushes a label stack entry behind the Ethernet header, whose type becomes `etherType`.
  case pushMPLS(etherType: UInt16, lse: UInt32)
  /// Puts a label stack entry in front of everything, Ethernet included: the packet has no Ethernet
  /// header then.
  case addMPLS(etherType: UInt16, lse: UInt32)
  /// Removes the outermost entry; the Ethernet type becomes `etherType`.
  case popMPLS(etherType: UInt16)
  /// The outermost entry.
  case setMPLS(lse: UInt32, mask: UInt32)
  /// Puts an Ethernet header before a packet that has none.
  case pushEthernet(src: EthernetAddress, dst: EthernetAddress, etherType: UInt16)
  case popEthernet
  /// A whole network service header (RFC 8300), to stand before the packet.
  case pushNSH(header: [UInt8])
  case popNSH
  case setNSH(MaskedNSH)
  /// Marks that only other hosts' kernels would see; kept for what is shown and for recirculation.
  case setSKBPriority(UInt32)
  case setPacketMark(UInt32)
  /// The next output sends at most so many bytes.
  case truncate(UInt32)
  /// Drops what is over the rate of the datapath's meter `index`.
  case meter(index: UInt32)
  /// Computes `dp_hash`: 0 over L4, 1 symmetric L4.
  case hash(algorithm: UInt8, basis: UInt32)
  /// Looks the packet up again, parsed anew, with `recirc_id` set.
  case recirculate(UInt32)
  /// On a copy: the packet goes on as it was.
  case clone([DatapathAction])
  /// One of the lists, on a copy, with this probability of 2^32.
  case sample(probability: UInt32, [DatapathAction])
  case checkPacketLength(UInt16, greater: [DatapathAction], lessOrEqual: [DatapathAction])
  /// Gives a copy to the control side (`Datapath.takePunts`) with this number, e.g. for a controller.
  case userspace(UInt32)

  public struct MaskedEthernet: Hashable, Sendable {
    public var src = EthernetAddress.zero, srcMask = EthernetAddress.zero
    public var dst = EthernetAddress.zero, dstMask = EthernetAddress.zero
    public init() {}
  }
  public struct MaskedIPv4: Hashable, Sendable {
    public var src: UInt32 = 0, srcMask: UInt32 = 0, dst: UInt32 = 0, dstMask: UInt32 = 0
    public var tos: UInt8 = 0, tosMask: UInt8 = 0, ttl: UInt8 = 0, ttlMask: UInt8 = 0
    public init() {}
  }
  public struct MaskedIPv6: Hashable, Sendable {
    public var src: UInt128 = 0, srcMask: UInt128 = 0, dst: UInt128 = 0, dstMask: UInt128 = 0
    public var tos: UInt8 = 0, tosMask: UInt8 = 0, ttl: UInt8 = 0, ttlMask: UInt8 = 0
    /// 20 bits.
    public var label: UInt32 = 0, labelMask: UInt32 = 0
    public init() {}
  }
  public struct MaskedARP: Hashable, Sendable {
    public var spa: UInt32 = 0, spaMask: UInt32 = 0, tpa: UInt32 = 0, tpaMask: UInt32 = 0
    public var sha = EthernetAddress.zero, shaMask = EthernetAddress.zero
    public var tha = EthernetAddress.zero, thaMask = EthernetAddress.zero
    public var op: UInt8 = 0, opMask: UInt8 = 0
    public init() {}
  }
  public struct MaskedPorts: Hashable, Sendable {
    public var ipProto: UInt8
    public var src: UInt16 = 0, srcMask: UInt16 = 0, dst: UInt16 = 0, dstMask: UInt16 = 0
    public init(ipProto: UInt8) { self.ipProto = ipProto }
  }
  public struct MaskedICMP: Hashable, Sendable {
    public var isIPv6: Bool
    public var type: UInt8 = 0, typeMask: UInt8 = 0, code: UInt8 = 0, codeMask: UInt8 = 0
    public init(isIPv6: Bool) { self.isIPv6 = isIPv6 }
  }
  public struct MaskedND: Hashable, Sendable {
    public var target: UInt128 = 0, targetMask: UInt128 = 0
    public var sll = EthernetAddress.zero, sllMask = EthernetAddress.zero
    public var tll = EthernetAddress.zero, tllMask = EthernetAddress.zero
    public var reserved: UInt32 = 0, reservedMask: UInt32 = 0
    public var optionsType: UInt8 = 0, optionsTypeMask: UInt8 = 0
    public init() {}
  }
  public struct MaskedNSH: Hashable, Sendable {
    public var flags: UInt8 = 0, flagsMask: UInt8 = 0, ttl: UInt8 = 0, ttlMask: UInt8 = 0
    /// Service path id and index as one word.
    public var path: UInt32 = 0, pathMask: UInt32 = 0
    public var context: [UInt32] = [0, 0, 0, 0], contextMask: [UInt32] = [0, 0, 0, 0]
    public init() {}
  }
}
