import OpenFlow

/// The beginning of a connection: both sides say which versions they speak, and the greatest that
/// both do is the one to use. Pure, so that it can be tested without a channel.
struct Greeting {
  enum Outcome {
    case agreed(OpenFlowVersion)
    /// Why, and the last message to send, if any.
    case refused(String, answer: [UInt8]?)
  }

  private let supported: VersionSet
  private(set) var isSent = false
  private(set) var isDone = false

  init(_ supported: VersionSet = .supported) { self.supported = supported }

  /// Our side. Without a bitmap the version means "this one and all before".
  mutating func hello() -> [UInt8] {
    isSent = true
    guard let version = OpenFlowVersion(rawValue: supported.greatest) else { return [] }
    let isPlain = VersionSet(upTo: version.rawValue) == supported
    return MessageCodec.encode(
      Hello(bitmap: isPlain ? nil : supported), xid: 0, WireContext(version)) ?? []
  }

  /// The other side's first message.
  mutating func receive(_ bytes: [UInt8]) -> Outcome {
    guard let header = MessageHeader(bytes), header.type == 0 else {
      return .refused("received message while expecting hello", answer: nil)
    }
    // A hello's version may be one that we do not know; its elements are the same in all.
    var reader = WireReader(bytes[MessageHeader.byteCount...])
    let hello = try? Hello(from: &reader, as: .type(0), WireContext())
    let theirs = hello?.bitmap ?? VersionSet(upTo: header.version)
    guard let version = OpenFlowVersion(rawValue: theirs.intersection(supported).greatest) else {
      return .refused(
        "version negotiation failed (we support \(supported.text), peer supports \(theirs.text))",
        answer: refusal(theirs))
    }
    isDone = true
    return .agreed(version)
  }

  private func refusal(_ theirs: VersionSet) -> [UInt8]? {
    let text = "We support \(supported.text), you support \(theirs.text), no common versions."
    // What both sides have to understand is written as the other side's version has it.
    let version = OpenFlowVersion(rawValue: theirs.greatest) ?? .v10
    return MessageCodec.encode(
      ErrorMessage(.incompatible, request: Array(text.utf8)), xid: 0, WireContext(version))
  }
}
