import Fields

/// A question to the translators: what is to happen with packets of this key? One per key and worker
/// is on its way at a time; the packets wait, parked at the worker, until it is answered.
public struct Miss: Sendable {
  /// The worker that asks, and that the answer goes to.
  public let worker: Int
  /// The exact key; `inPort` is the datapath port.
  public let key: FlowKey
  /// Length of the first packet in bytes.
  public let packetLength: Int
  /// Its first bytes, at most 128.
  public let bytes: [UInt8]

  public init(worker: Int, key: FlowKey, packetLength: Int, bytes: [UInt8]) {
    self.worker = worker
    self.key = key
    self.packetLength = packetLength
    self.bytes = bytes
  }
}
