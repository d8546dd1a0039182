import Fields

/// What a flow-table entry matches: a value and a mask over the pipeline's `Flow`, canonical in that
/// no value bit is set outside the mask. `key.inPort` holds an OpenFlow port number here.
public struct Match: Hashable, Sendable {
  public private(set) var value = Flow()
  public private(set) var mask = Flow()

  /// Matches every packet.
  public init() {}

  public init(value: Flow, mask: PipelineMask) {
    self.value = value & mask
    self.mask = mask
  }

  public func matches(_ flow: Flow) -> Bool { flow & mask == value }

  /// Adds a condition on one field; `mask` nil means exactly.
  public mutating func set(_ field: MatchField, _ v: UInt128, mask m: UInt128? = nil) {
    let m = m ?? field.allOnes
    field.store(v & m, mask: field.allOnes, in: &value)
    field.store(m, mask: field.allOnes, in: &mask)
  }
}
