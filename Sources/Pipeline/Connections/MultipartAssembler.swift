import OpenFlow

/// Puts together the parts of multipart requests (OpenFlow 1.3 and later), by their transaction. Most
/// requests are one part; only those that are lists may have a body in more than one.
///
/// Bounded: a request may have 4 MB, and a second without a new part is its end.
struct MultipartAssembler {
  private struct Partial {
    var kind: UInt16
    var parts: [[UInt8]]
    var size: Int
  }

  private var partial: [UInt32: Partial] = [:]

  static let maxSize = 4 << 20
  static let maxRequests = 64
  /// Milliseconds.
  static let timeout: Int64 = 1000

  /// Header, kind, flags and padding.
  private static let headBytes = 16
  private static let requestType: UInt8 = 18
  private static let more: UInt8 = 1

  /// Whether `bytes` is a part that is not the whole request.
  func isPart(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= Self.headBytes, bytes[0] >= OpenFlowVersion.v13.rawValue,
      bytes[1] == Self.requestType, let header = MessageHeader(bytes)
    else { return false }
    return bytes[11] & Self.more != 0 || partial[header.xid] != nil
  }

  /// Takes a part; returns the request when it is complete.
  mutating func take(_ bytes: [UInt8]) throws(OpenFlowError) -> [UInt8]? {
    guard let header = MessageHeader(bytes), bytes.count >= Self.headBytes else { throw .badLength }
    let kind = UInt16(bytes[8]) << 8 | UInt16(bytes[9])
    var request = partial.removeValue(forKey: header.xid) ?? Partial(kind: kind, parts: [], size: 0)
    guard request.kind == kind else { throw .badStat }
    request.size += bytes.count
    guard request.size <= Self.maxSize, partial.count < Self.maxRequests else {
      throw .multipartBufferOverflow
    }
    request.parts.append(bytes)
    guard bytes[11] & Self.more == 0 else {
      partial[header.xid] = request
      return nil
    }
    return try Self.join(request)
  }

  /// Parts without a body say nothing, as long as there is another.
  private static func join(_ request: Partial) throws(OpenFlowError) -> [UInt8] {
    let bodies = request.parts.map { $0.dropFirst(headBytes) }.filter { !$0.isEmpty }
    let isList = request.kind == tableFeatures || request.kind == flowMonitor
    guard bodies.count <= 1 || isList else { throw .badStat }
    var whole = Array(request.parts[request.parts.count - 1].prefix(headBytes))
    for body in bodies { whole += body }
    // The length of a long request does not fit; who reads it knows how long it is.
    let length = UInt16(truncatingIfNeeded: whole.count)
    whole[2] = UInt8(length >> 8)
    whole[3] = UInt8(length & 0xff)
    return whole
  }

  private static let tableFeatures: UInt16 = 12
  private static let flowMonitor: UInt16 = 16

  /// Gives up a request whose parts stopped coming; its last part, if it was not complete.
  mutating func giveUp(_ xid: UInt32, parts: Int) -> [UInt8]? {
    guard let request = partial[xid], request.parts.count == parts else { return nil }
    partial[xid] = nil
    return request.parts.last
  }

  /// How many parts of a request there are.
  func partCount(_ xid: UInt32) -> Int { partial[xid]?.parts.count ?? 0 }
}
