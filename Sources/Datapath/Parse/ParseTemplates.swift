import CDPDKShim
import Fields

/// The templates of the extraction kernel: how a frame of a common shape becomes a flow key by
/// byte permutation. Built once per process, read by all workers.
///
/// A template covers Ethernet, at most one 802.1Q tag, IPv4 without options or fragments or IPv6
/// without extension headers and traffic class, and UDP or TCP. Every byte that decides whether a
/// frame has the shape lies in frame bytes 12 to 27, the "window"; see `pb_template`. One more is for
/// frames with two tags or more, of which the key has the outer tag and the inner one's type; the kernel
/// itself looks at the types. Everything else, and every frame with doubtful lengths, goes to
/// `PacketParser`.
enum ParseTemplates {
  /// `PB_SHAPES` templates, 64-byte aligned.
  static let shared: UnsafePointer<pb_template> = {
    let raw = UnsafeMutableRawPointer.allocate(
      byteCount: MemoryLayout<pb_template>.stride * Int(PB_SHAPES), alignment: 64)
    let templates = raw.bindMemory(to: pb_template.self, capacity: Int(PB_SHAPES))
    for shape in 0..<Int(PB_TWO_TAGS) {
      templates[shape] = template(tagged: shape & 4 != 0, v6: shape & 2 != 0, tcp: shape & 1 != 0)
    }
    templates[Int(PB_TWO_TAGS)] = twoTags
    return UnsafePointer(templates)
  }()

  private static var twoTags: pb_template {
    var t = pb_template()
    var window = Window()
    window.copyTag()
    window.copyType(16)
    window.store(into: &t)
    return t
  }

  private static func template(tagged: Bool, v6: Bool, tcp: Bool) -> pb_template {
    var t = pb_template()
    let type = tagged ? 16 : 12
    let l3 = type + 2
    let proto: UInt8 = tcp ? IPProtocol.tcp : IPProtocol.udp
    var window = Window()
    if tagged {
      window.require(12, 0x81)
      window.require(13, 0x00)
      window.copyTag()
    }
    window.require(type, v6 ? 0x86 : 0x08)
    window.require(type + 1, v6 ? 0xdd : 0x00)
    window.copyType(type)
    if v6 {
      window.require(l3, 0x60)
      window.require(l3 + 1, 0x00, mask: 0xf0)
      window.require(l3 + 6, proto)
      window.copy(l3 + 6, to: FlowKey.Offset.ipProto)
      window.copy(l3 + 7, to: FlowKey.Offset.ipTTL)
    } else {
      window.require(l3, 0x45)
      window.require(l3 + 6, 0, mask: 0x3f)
      window.require(l3 + 7, 0)
      window.require(l3 + 9, proto)
      window.copy(l3 + 9, to: FlowKey.Offset.ipProto)
      window.copy(l3 + 1, to: FlowKey.Offset.ipTOS)
      window.copy(l3 + 8, to: FlowKey.Offset.ipTTL)
    }
    window.store(into: &t)

    withUnsafeMutableBytes(of: &t.address_mask) { mask in
      for i in 0..<(v6 ? 32 : 8) { mask[i] = 0xff }
    }
    return t
  }

  /// The 16 bytes at frame offset 12 and what is made of them.
  private struct Window {
    var value = [UInt8](repeating: 0, count: 16), mask = [UInt8](repeating: 0, count: 16)
    /// Source of key byte 16 + i in the window; 0x80 stores a zero.
    var shuffle = [UInt8](repeating: 0x80, count: 16)
    var base = [UInt8](repeating: 0, count: 16)

    mutating func require(_ frameByte: Int, _ v: UInt8, mask m: UInt8 = 0xff) {
      value[frameByte - 12] = v
      mask[frameByte - 12] = m
    }

    mutating func copy(_ frameByte: Int, to keyByte: Int) {
      shuffle[keyByte - 16] = UInt8(frameByte - 12)
    }

    mutating func copyTag() {
      copy(14, to: FlowKey.Offset.vlanTCI)
      copy(15, to: FlowKey.Offset.vlanTCI + 1)
      base[FlowKey.Offset.vlanTCI - 16] = UInt8(vlanPresent >> 8)
    }

    mutating func copyType(_ frameByte: Int) {
      copy(frameByte, to: FlowKey.Offset.ethType)
      copy(frameByte + 1, to: FlowKey.Offset.ethType + 1)
    }

    func store(into t: inout pb_template) {
      withUnsafeMutableBytes(of: &t.check_value) { $0.copyBytes(from: value) }
      withUnsafeMutableBytes(of: &t.check_mask) { $0.copyBytes(from: mask) }
      withUnsafeMutableBytes(of: &t.shuffle) { $0.copyBytes(from: shuffle) }
      withUnsafeMutableBytes(of: &t.base) { $0.copyBytes(from: base) }
    }
  }
}
