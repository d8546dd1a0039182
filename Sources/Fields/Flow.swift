/// The flow as the OpenFlow pipeline sees it: a packet's key plus the fields that exist only while a
/// packet is being translated (registers, metadata, tunnel id). The datapath never sees this type; what a
/// translation learned of the packet's own headers leaves it as a `FlowMask`.
///
/// Layout: the 64 bytes of `FlowKey`, then reg0...reg15 (u32 each, network order), then metadata
/// and the tunnel id (u64, network order), so that every match field is a byte range of one contiguous value.
@frozen
public struct Flow: Hashable, Sendable {
  public var key = FlowKey()
  public var registers = Registers()
  public var metadata: UInt64 = 0  // network order in memory: use `field`/`setField`
  public var tunnelID: UInt64 = 0  // as metadata

  @inlinable public init() {}
  @inlinable public init(_ key: FlowKey) { self.key = key }

  public static let byteCount = 64 + 64 + 8 + 8

  public enum Offset {
    public static let registers = 64
    public static let metadata = 128
    public static let tunnelID = 136
  }

  /// reg0 to reg15 as eight 64-bit words: `xreg0` is `reg0:reg1`.
  @frozen
  public struct Registers: Hashable, Sendable {
    public var x0: UInt64 = 0, x1: UInt64 = 0, x2: UInt64 = 0, x3: UInt64 = 0
    public var x4: UInt64 = 0, x5: UInt64 = 0, x6: UInt64 = 0, x7: UInt64 = 0
    @inlinable public init() {}
  }
}

/// A mask over a `Flow`: a set bit must match.
public typealias PipelineMask = Flow

extension Flow {
  /// The field of `byteCount` bytes (1...16) at `offset`, as a host integer.
  public func bytes(_ offset: Int, _ byteCount: Int) -> UInt128 {
    precondition(offset + byteCount <= Flow.byteCount && byteCount <= 16)
    return withUnsafeBytes(of: self) { raw in
      var v: UInt128 = 0
      for i in 0..<byteCount { v = v << 8 | UInt128(raw[offset + i]) }
      return v
    }
  }

  /// Stores the low `byteCount` bytes of `value` in network order at `offset`.
  public mutating func setBytes(_ offset: Int, _ byteCount: Int, _ value: UInt128) {
    precondition(offset + byteCount <= Flow.byteCount && byteCount <= 16)
    withUnsafeMutableBytes(of: &self) { raw in
      for i in 0..<byteCount {
        raw[offset + i] = UInt8(truncatingIfNeeded: value >> UInt128(8 * (byteCount - 1 - i)))
      }
    }
  }

  @inlinable
  public static func & (a: Flow, mask: PipelineMask) -> Flow {
    var r = Flow(a.key & mask.key)
    r.registers = a.registers & mask.registers
    r.metadata = a.metadata & mask.metadata
    r.tunnelID = a.tunnelID & mask.tunnelID
    return r
  }

  @inlinable
  public static func | (a: PipelineMask, b: PipelineMask) -> PipelineMask {
    var r = Flow(a.key | b.key)
    r.registers = a.registers | b.registers
    r.metadata = a.metadata | b.metadata
    r.tunnelID = a.tunnelID | b.tunnelID
    return r
  }

  @inlinable
  public func matches(_ value: Flow, under mask: PipelineMask) -> Bool {
    self & mask == value & mask
  }
}

extension Flow.Registers {
  @inlinable
  public static func & (a: Self, b: Self) -> Self {
    var r = Self()
    r.x0 = a.x0 & b.x0
    r.x1 = a.x1 & b.x1
    r.x2 = a.x2 & b.x2
    r.x3 = a.x3 & b.x3
    r.x4 = a.x4 & b.x4
    r.x5 = a.x5 & b.x5
    r.x6 = a.x6 & b.x6
    r.x7 = a.x7 & b.x7
    return r
  }
  @inlinable
  public static func | (a: Self, b: Self) -> Self {
    var r = Self()
    r.x0 = a.x0 | b.x0
    r.x1 = a.x1 | b.x1
    r.x2 = a.x2 | b.x2
    r.x3 = a.x3 | b.x3
    r.x4 = a.x4 | b.x4
    r.x5 = a.x5 | b.x5
    r.x6 = a.x6 | b.x6
    r.x7 = a.x7 | b.x7
    return r
  }
}
