import Fields

/// Number of a port in the datapath: what `FlowKey.inPort` holds there. 0 is never a real port.
public typealias PortNumber = UInt16

/// One operation of the datapath, as translation writes it. `ActionProgram` compiles a list of these
/// into the flat words that a worker interprets; an empty list drops the packet.
///
/// Masked sets change only the bits set in their mask; values use host order.
public enum DatapathAction: Hashable, Sendable {
  case output(PortNumber)
  /// Pushes a tag: `tci` carries PCP and VID without the present bit.
  case pushVLAN(tpid: UInt16, tci: UInt16)
  case popVLAN
  case setEthernet(MaskedEthernet)
  case setIPv4(MaskedIPv4)
  case setIPv6(MaskedIPv6)
  case setARP(MaskedARP)
  /// TCP, UDP or SCTP ports by `ipProto` (6, 17, 132).
  case setPorts(MaskedPorts)

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
}
