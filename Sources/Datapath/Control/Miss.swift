import Fields

/// A question to the translators: what is to happen with packets of this key? One per key and worker
/// is on its way at a time; the packets wait, parked at the worker, until it is answered.
public struct Miss: Sendable {
  /// The worker that asks, and that the answer goes to.
  public let worker: Int
  /// The exact key; `inPort` is the datapath port.
  public let key: FlowKey
  /// What else is known of the first packet.
  public let deep: DeepKey
  /// Whether the packets wait under `deep` as well: they came to a gate (see `DeepKey`).
  public let isDeep: Bool
  /// Length of the first packet in bytes.
  public let packetLength: Int

  public init(
    worker: Int, key: FlowKey, deep: DeepKey = DeepKey(), isDeep: Bool = false, packetLength: Int
  ) {
    self.worker = worker
    self.key = key
    self.deep = deep
    self.isDeep = isDeep
    self.packetLength = packetLength
  }
}
