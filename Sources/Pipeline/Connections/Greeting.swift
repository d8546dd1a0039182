import OpenFlow

/// The beginning of a connection: both sides say which versions they speak, and the greatest that
/// both do is the one to use. Pure, so that it can be tested without a channel.
struct Greeting {
  enum Outcome {
    case agreed(OpenFlowVersion)
    /// Why, and the last message to send, if any.
    case refused(String, answer: [UInt8]?)
  }

  private let supported: ClosedRange<OpenFlowVersion>
  private(set) var isSent = false
  private(set) var isDone = false

  init(_ supported: ClosedRange<OpenFlowVersion> = .supported) { self.supported = supported }

  /// Our side.
  mutating func hello() -> [UInt8] {
    isSent = true
    let versions = Set(OpenFlowVersion.allCases.filter { supported.contains($0) })
    // Without a bitmap the version means "this one and all before".
    let isPlain = supported.lowerBound == .v10
    return MessageCodec.encode(
      Hello(bitmap: isPlain ? nil : versions), xid: 0, WireContext(supported.upperBound)) ?? []
  }

  /// The other side's first message.
  mutating func receive(_ bytes: [UInt8]) -> Outcome {
    guard let header = MessageHeader(bytes), header.type == 0 else {
      return .refused("received a message while expecting hello", answer: nil)
    }
    // A hello's version may be one that we do not know; its elements are the same in all.
    var reader = WireReader(bytes[MessageHeader.byteCount...])
    let hello = try? Hello(from: &reader, as: .type(0), WireContext())
    let theirs =
      hello?.bitmap ?? Set(OpenFlowVersion.allCases.filter { $0.rawValue <= header.version })
    guard let version = theirs.filter({ supported.contains($0) }).max() else {
      return .refused("no common OpenFlow version", answer: refusal(header))
    }
    isDone = true
    return .agreed(version)
  }

  private func refusal(_ header: MessageHeader) -> [UInt8]? {
    let text =
      "We support version 0x0\(supported.upperBound.rawValue), "
      + "you support version 0x\(String(header.version, radix: 16)), no common versions."
    return MessageCodec.encode(
      ErrorMessage(.incompatible, request: Array(text.utf8)), xid: header.xid, WireContext())
  }
}
