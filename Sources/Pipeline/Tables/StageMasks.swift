import Fields

/// The fields that a lookup compares first, second, ...
enum StageMasks {
  /// Which bits of every word of a flow belong to each stage: input port, registers and other state;
  /// then Ethernet, VLAN and MPLS; then network; then transport. Every bit has one stage.
  static let bits: [[UInt64]] = {
    typealias Key = FlowKey.Offset
    typealias Header = HeaderFields.Offset
    typealias State = StateFields.Offset
    var stages = [UInt8](repeating: 0, count: Flow.byteCount)
    func set(_ bytes: Range<Int>, _ stage: UInt8, from base: Int = 0) {
      for index in bytes { stages[base + index] = stage }
    }
    set(Key.ethDst..<Key.ipProto, 1)
    set(Key.tcpFlags..<Key.recircID, 2)
    set(Key.ipProto..<Key.tpSrc, 2)
    set(Key.ipv4Src..<FlowKey.byteCount, 2)
    set(Key.tpSrc..<Key.ipv4Src, 3)
    set(0..<HeaderFields.byteCount, 2, from: Flow.Offset.headers)
    set(Header.vlanTPID..<Header.nshFlags, 1, from: Flow.Offset.headers)
    set(State.ctNWProto..<State.ctTPSrc, 2, from: Flow.Offset.state)
    set(State.ctTPSrc..<State.ctNWSrc, 3, from: Flow.Offset.state)
    set(State.ctNWSrc..<StateFields.byteCount, 2, from: Flow.Offset.state)
    return (UInt8(0)..<4).map { stage in words(stages.map { $0 == stage ? 0xff : 0 }) }
  }()

  private static func words(_ bytes: [UInt8]) -> [UInt64] {
    bytes.withUnsafeBytes { raw in
      (0..<Flow.wordCount).map { raw.load(fromByteOffset: $0 * 8, as: UInt64.self) }
    }
  }
}
