/// Port numbers have 16 bits in OpenFlow 1.0 and 32 bits from 1.1 on. Nicira's extensions keep 16 bits.
extension WireReader {
  /// A port of the version's width. One that has no 16-bit number is `OpenFlowError.badOutPort`, which
  /// most of those who read ports answer with.
  mutating func port(_ context: WireContext) throws(OpenFlowError) -> UInt16 {
    if context.version == .v10 { return try u16() }
    return try port32()
  }

  mutating func port32() throws(OpenFlowError) -> UInt16 {
    try OpenFlowPort.narrow(try u32())
  }
}

extension OpenFlowPort {
  /// The 16-bit number of a port that has one.
  static func narrow(_ number: UInt32) throws(OpenFlowError) -> UInt16 {
    guard number < UInt32(OpenFlowPort.max) || number >= 0xffff_ff00 else { throw .badOutPort }
    return UInt16(truncatingIfNeeded: number)
  }
}

extension WireWriter {
  mutating func port(_ port: UInt16, _ context: WireContext) {
    if context.version == .v10 { u16(port) } else { port32(port) }
  }

  mutating func port32(_ port: UInt16) { u32(OpenFlowPort.to32(port)) }
}
