import Fields
import Testing

@testable import Datapath

/// Hashes of connections, which decide about buckets of groups.
@Suite struct ConnectionHashTests {
  private func frame(_ source: UInt8, _ to: UInt8, proto: UInt8, ports: (UInt8, UInt8)) -> FlowKey {
    var bytes: [UInt8] = [2, 0, 0, 0, 0, to, 2, 0, 0, 0, 0, source, 8, 0]
    bytes += [0x45, 0, 0, 40, 0, 0, 0, 0, 64, proto, 0, 0, 10, 0, 0, source, 10, 0, 0, to]
    bytes += [0, ports.0, 0, ports.1, 0, 0, 0, 0, 0, 0, 0, 0, 0x50, 2, 0, 0, 0, 0, 0, 0]
    return PacketParser.parse(bytes, inPort: 1)
  }

  @Test func bothDirectionsHaveOneSymmetricHash() {
    for proto in [IPProtocol.tcp, IPProtocol.sctp, IPProtocol.udp] {
      let there = frame(1, 2, proto: proto, ports: (7, 80))
      let back = frame(2, 1, proto: proto, ports: (80, 7))
      #expect(there.symmetricHash(basis: 5) == back.symmetricHash(basis: 5))
      #expect(there.symmetricHash(basis: 5) != there.symmetricHash(basis: 6))
      #expect(there.connectionHash != back.connectionHash)
      let other = frame(1, 2, proto: proto, ports: (8, 80))
      #expect(
        (there.symmetricHash(basis: 5) == other.symmetricHash(basis: 5))
          == (proto == IPProtocol.udp))
      #expect(
        there.symmetricHash(basis: 5, withUDP: true) != other.symmetricHash(basis: 5, withUDP: true)
      )
    }
  }
}
