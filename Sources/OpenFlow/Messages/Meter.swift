/// Numbers of meters that mean something else than a meter of flows.
public enum MeterID {
  /// The highest number that a meter of flows can have.
  public static let max: UInt32 = 0xffff_0000
  /// Meters what the datapath cannot do alone.
  public static let slowpath: UInt32 = 0xffff_fffd
  /// Meters packets to controllers.
  public static let controller: UInt32 = 0xffff_fffe
  public static let all: UInt32 = 0xffff_ffff
}

public struct MeterFlags: OptionSet, Hashable, Sendable {
  public let rawValue: UInt16
  public init(rawValue: UInt16) { self.rawValue = rawValue }
  /// Rates are in kilobits per second.
  public static let kbps = MeterFlags(rawValue: 1)
  /// Rates are in packets per second.
  public static let pktps = MeterFlags(rawValue: 2)
  /// Bands say how big a burst may be.
  public static let burst = MeterFlags(rawValue: 4)
  public static let stats = MeterFlags(rawValue: 8)
  public static let known: MeterFlags = [.kbps, .pktps, .burst, .stats]
}

/// A band: what happens to packets above its rate.
public struct MeterBand: Hashable, Sendable {
  public enum Kind: UInt16, Sendable {
    case drop = 1
    case remarkDSCP = 2
  }

  public var kind: Kind
  public var rate: UInt32
  /// In the rate's unit times one second.
  public var burst: UInt32
  /// By how much a "remark" band raises the drop precedence.
  public var precedence: UInt8 = 0

  public init(_ kind: Kind = .drop, rate: UInt32, burst: UInt32 = 0) {
    self.kind = kind
    self.rate = rate
    self.burst = burst
  }

  static let byteCount = 16

  /// Reads bands up to the reader's end; all kinds are 16 bytes long.
  static func readList(from reader: inout WireReader) throws(OpenFlowError) -> [MeterBand] {
    var bands: [MeterBand] = []
    while !reader.isAtEnd {
      let type = try reader.u16()
      guard try reader.u16() == UInt16(byteCount), reader.remaining >= byteCount - 4 else {
        throw .badLength
      }
      guard let kind = Kind(rawValue: type) else { throw .badMeterBand }
      var band = MeterBand(kind, rate: try reader.u32(), burst: try reader.u32())
      let precedence = try reader.u8()
      if kind == .remarkDSCP { band.precedence = precedence }
      try reader.skip(3)
      bands.append(band)
    }
    return bands
  }

  func write(to writer: inout WireWriter) {
    writer.u16(kind.rawValue)
    writer.u16(UInt16(Self.byteCount))
    writer.u32(rate)
    writer.u32(burst)
    writer.u8(precedence)
    writer.zeros(3)
  }
}

/// What a meter does.
public struct MeterConfig: Hashable, Sendable {
  public var id: UInt32
  public var flags: MeterFlags
  public var bands: [MeterBand]

  public init(id: UInt32, flags: MeterFlags = [], bands: [MeterBand] = []) {
    self.id = id
    self.flags = flags
    self.bands = bands
  }
}
