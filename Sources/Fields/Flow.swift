/// The flow as the OpenFlow pipeline sees it: all that can be matched or set while a packet is being
/// translated. The first 64 bytes are the datapath's flow key; the rest is looked at only by flows
/// that ask for it.
///
/// ```
/// byte   0  key            64   what every packet is classified by (`FlowKey`)
///       64  registers      64   reg0...reg15
///      128  metadata        8   metadata and tun_id
///      144  headers        80   headers that few packets have (`HeaderFields`)
///      224  state          96   marks, connection tracking, action set (`StateFields`)
///      320  tunnel         64   outer headers of a tunnel (`TunnelFields`)
///      384  tunnelOptions 256   the bytes behind tun_metadata0...63
/// ```
///
/// Everything is in network order, so that every match field is a byte range of one contiguous value
/// and a mask has the layout of what it masks. Fields a packet lacks are zero. Plain data, any thread.
@frozen
public struct Flow: Sendable {
  public var key = FlowKey()
  public var registers = Registers()
  public var metadata: UInt64 = 0  // network order in memory: use `bytes`/`setBytes`
  public var tunnelID: UInt64 = 0  // as metadata
  public var headers = HeaderFields()
  public var state = StateFields()
  public var tunnel = TunnelFields()
  public var tunnelOptions = TunnelOptions()

  @inlinable public init() {}
  @inlinable public init(_ key: FlowKey) { self.key = key }

  public static let byteCount = 640
  public static let wordCount = 80

  /// Byte offsets of the parts, and of the fields in them.
  public enum Offset {
    public static let registers = 64
    public static let metadata = 128
    public static let tunnelID = 136
    public static let headers = 144
    public static let state = 224
    public static let tunnel = 320
    public static let tunnelOptions = 384
  }

  /// reg0 to reg15 as eight 64-bit words: `xreg0` is `reg0:reg1`.
  public typealias Registers = Line

  /// 64 bytes as eight words.
  @frozen
  public struct Line: Hashable, Sendable {
    public var x0: UInt64 = 0, x1: UInt64 = 0, x2: UInt64 = 0, x3: UInt64 = 0
    public var x4: UInt64 = 0, x5: UInt64 = 0, x6: UInt64 = 0, x7: UInt64 = 0
    @inlinable public init() {}
  }

  /// The option bytes of a tunnel header (Geneve), addressed by `tun_metadata` fields.
  @frozen
  public struct TunnelOptions: Hashable, Sendable {
    public var a = Line(), b = Line(), c = Line(), d = Line()
    @inlinable public init() {}
  }
}

/// A mask over a `Flow`: a set bit must match.
public typealias PipelineMask = Flow

extension Flow {
  /// The field of `byteCount` bytes (1...16) at `offset`, as a host integer.
  public func bytes(_ offset: Int, _ byteCount: Int) -> UInt128 {
    withUnsafeBytes(of: self) { $0.networkInteger(offset, byteCount) }
  }

  /// Stores the low `byteCount` bytes of `value` in network order at `offset`.
  public mutating func setBytes(_ offset: Int, _ byteCount: Int, _ value: UInt128) {
    withUnsafeMutableBytes(of: &self) { $0.setNetworkInteger(offset, byteCount, value) }
  }

  /// The 64-bit word `index` (0..<`wordCount`) as it lies in memory.
  @inlinable @inline(__always)
  public func word(_ index: Int) -> UInt64 {
    withUnsafeBytes(of: self) { $0.load(fromByteOffset: index &* 8, as: UInt64.self) }
  }

  @inlinable @inline(__always)
  public mutating func setWord(_ index: Int, _ value: UInt64) {
    withUnsafeMutableBytes(of: &self) {
      $0.storeBytes(of: value, toByteOffset: index &* 8, as: UInt64.self)
    }
  }

  @inlinable
  public static func & (a: Flow, mask: PipelineMask) -> Flow {
    var r = a
    withUnsafeMutableBytes(of: &r) { r in
      withUnsafeBytes(of: mask) { m in
        let r = r.assumingMemoryBound(to: UInt64.self)
        let m = m.assumingMemoryBound(to: UInt64.self)
        for i in 0..<wordCount { r[i] &= m[i] }
      }
    }
    return r
  }

  @inlinable
  public static func | (a: PipelineMask, b: PipelineMask) -> PipelineMask {
    var r = a
    withUnsafeMutableBytes(of: &r) { r in
      withUnsafeBytes(of: b) { b in
        let r = r.assumingMemoryBound(to: UInt64.self)
        let b = b.assumingMemoryBound(to: UInt64.self)
        for i in 0..<wordCount { r[i] |= b[i] }
      }
    }
    return r
  }

  @inlinable
  public func matches(_ value: Flow, under mask: PipelineMask) -> Bool {
    self & mask == value & mask
  }
}

extension Flow: Hashable {
  @inlinable
  public static func == (a: Flow, b: Flow) -> Bool {
    withUnsafeBytes(of: a) { a in
      withUnsafeBytes(of: b) { b in
        let a = a.assumingMemoryBound(to: UInt64.self)
        let b = b.assumingMemoryBound(to: UInt64.self)
        for i in 0..<wordCount where a[i] != b[i] { return false }
        return true
      }
    }
  }

  @inlinable
  public func hash(into hasher: inout Hasher) {
    withUnsafeBytes(of: self) { hasher.combine(bytes: $0) }
  }
}
