import Fields
import OpenFlow

/// Which metadata of a packet are worth telling: those that are not zero, and the input port.
enum PacketMetadataMask {
  static func metadata(of flow: Flow) -> Match {
    var mask = PipelineMask()
    mask.key.inPort = .max
    for field in plainFields where flow.bytes(field.offset, field.bytes) != 0 {
      mask.setBytes(field.offset, field.bytes, .max)
    }
    return Match(value: flow, mask: mask)
  }

  private static let plainFields: [(offset: Int, bytes: Int)] = {
    typealias State = StateFields.Offset
    typealias Tunnel = TunnelFields.Offset
    let registers = (0..<16).map { (offset: Flow.Offset.registers + 4 * $0, bytes: 4) }
    let state = [
      (State.pktMark, 4), (State.packetType, 4), (State.ctState, 4), (State.ctMark, 4),
      (State.ctLabel, 16), (State.ctZone, 2),
    ].map { (offset: Flow.Offset.state + $0.0, bytes: $0.1) }
    let tunnel = [
      (Tunnel.src, 4), (Tunnel.dst, 4), (Tunnel.ipv6Src, 16), (Tunnel.ipv6Dst, 16),
      (Tunnel.flags, 2), (Tunnel.gbpID, 2), (Tunnel.gbpFlags, 1), (Tunnel.gtpuFlags, 1),
      (Tunnel.gtpuMessageType, 1), (Tunnel.erspanVersion, 1), (Tunnel.erspanDirection, 1),
      (Tunnel.erspanHardwareID, 1), (Tunnel.erspanIndex, 4),
    ].map { (offset: Flow.Offset.tunnel + $0.0, bytes: $0.1) }
    let words = [(offset: Flow.Offset.metadata, bytes: 8), (Flow.Offset.tunnelID, 8)]
    return registers + words + state + tunnel
  }()
}
