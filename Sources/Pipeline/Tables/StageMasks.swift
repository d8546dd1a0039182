import Fields

/// The fields that a lookup compares first, second, ...: each mask includes the one before it.
enum StageMasks {
  /// Input port, registers, metadata; then Ethernet and VLAN; then network; then everything.
  static let all: [PipelineMask] = {
    typealias Offset = FlowKey.Offset
    var mask = Flow()
    fill(&mask, Offset.inPort..<Offset.tcpFlags)
    fill(&mask, Offset.recircID..<Offset.ethDst)
    fill(&mask, Flow.Offset.registers..<Flow.byteCount)
    var stages = [mask]
    fill(&mask, Offset.ethDst..<Offset.ipProto)
    stages.append(mask)
    fill(&mask, Offset.tcpFlags..<Offset.recircID)
    fill(&mask, Offset.ipProto..<Offset.tpSrc)
    fill(&mask, Offset.ipv4Src..<FlowKey.byteCount)
    stages.append(mask)
    fill(&mask, Offset.tpSrc..<Offset.ipv4Src)
    stages.append(mask)
    return stages
  }()

  private static func fill(_ mask: inout PipelineMask, _ bytes: Range<Int>) {
    withUnsafeMutableBytes(of: &mask) { raw in
      for index in bytes { raw[index] = 0xff }
    }
  }
}
