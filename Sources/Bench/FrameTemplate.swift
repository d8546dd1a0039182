import Datapath
import Glibc

/// A frame of one shape and size with everything in it that all flows share, and the sums over it, so
/// that a packet costs a copy, seven stores and two short additions.
struct FrameTemplate {
  /// 64-byte aligned, zeroed up to a multiple of 64 bytes.
  let bytes: UnsafeMutableRawPointer
  let length: Int
  let signature: Int
  let isIPv6: Bool
  /// Of the source address (IPv6: its last 4 bytes), the ports, and the checksum.
  let source: Int
  let destination: Int
  let ports: Int
  let checksum: Int
  let network: Int
  let isTCP: Bool
  /// Over the IPv4 header, and over pseudo header, transport header and payload, without the fields of
  /// a flow and a packet.
  private(set) var networkSum = OnesComplementSum()
  private(set) var transportSum = OnesComplementSum()

  /// - Parameter size: on the wire; made longer when a shape of the traffic needs it.
  init(_ shape: FrameShape, size: Int, _ traffic: Traffic) {
    length = max(size, traffic.leastSize) - Traffic.checkSequence
    let room = (length + 63) & ~63
    bytes = .allocate(byteCount: room, alignment: 64)
    memset(bytes, 0, room)
    signature = Signature.offset(inFrameOf: length)
    isIPv6 = shape.isIPv6
    isTCP = shape.isTCP
    network = shape.network
    source = network + (isIPv6 ? 20 : 12)
    destination = network + (isIPv6 ? 36 : 16)
    ports = shape.transport
    checksum = shape.checksum
    writeEthernet(traffic)
    if isIPv6 { writeIPv6() } else { writeIPv4() }
    writeTransport(shape)
    bytes.storeBytes(of: Signature.magic, toByteOffset: signature, as: UInt16.self)
    addUp(shape)
  }

  func destroy() { bytes.deallocate() }

  // MARK: Headers

  private func put(_ value: UInt8, _ offset: Int) {
    bytes.storeBytes(of: value, toByteOffset: offset, as: UInt8.self)
  }
  private func put(_ value: UInt16, _ offset: Int) {
    bytes.storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt16.self)
  }
  private func put(_ value: UInt32, _ offset: Int) {
    bytes.storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt32.self)
  }

  private func writeEthernet(_ traffic: Traffic) {
    for (address, offset) in [(traffic.destinationMAC, 0), (traffic.sourceMAC, 6)] {
      for i in 0..<6 {
        put(UInt8(truncatingIfNeeded: address.value >> UInt64(40 - 8 * i)), offset + i)
      }
    }
    for (i, vlan) in traffic.vlans.enumerated() {
      put(traffic.vlans.count == 2 && i == 0 ? UInt16(0x88a8) : 0x8100, 12 + 4 * i)
      put(vlan, 14 + 4 * i)
    }
    put(isIPv6 ? UInt16(0x86dd) : 0x0800, network - 2)
  }

  private var networkProtocol: UInt8 { isTCP ? 6 : 17 }

  private func writeIPv4() {
    put(UInt16(0x4500), network)
    put(UInt16(length - network), network + 2)
    put(UInt16(0x4000), network + 6)  // don't fragment
    put(UInt8(64), network + 8)
    put(networkProtocol, network + 9)
  }

  /// Addresses are 2001:2:0:1:: (source) and 2001:2:0:2:: (destination) and the flow's IPv4 ones behind:
  /// RFC 5180 keeps 2001:2::/48 for tests.
  private func writeIPv6() {
    put(UInt32(0x6000_0000), network)
    put(UInt16(length - network - 40), network + 4)
    put(networkProtocol, network + 6)
    put(UInt8(64), network + 7)
    for (subnet, offset) in [(UInt32(1), network + 8), (2, network + 24)] {
      put(UInt32(0x2001_0002), offset)
      put(subnet, offset + 4)
    }
  }

  private func writeTransport(_ shape: FrameShape) {
    if isTCP {
      put(UInt32(1), ports + 4)
      put(UInt32(1), ports + 8)
      put(UInt16(0x5010), ports + 12)  // 20 bytes, ACK
      put(UInt16(512), ports + 14)
    } else {
      put(UInt16(length - ports), ports + 4)
    }
  }

  private mutating func addUp(_ shape: FrameShape) {
    if isIPv6 {
      transportSum.add(bytes + network + 8, 32)
    } else {
      networkSum.add(bytes + network, 20)
    }
    transportSum.add(Int(networkProtocol))
    transportSum.add(length - ports)
    transportSum.add(bytes + ports, length - ports)
  }
}
