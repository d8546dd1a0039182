import Fields

/// What a flow-table entry matches: a value and a mask over the pipeline's `Flow`, canonical in that
/// no value bit is set outside the mask. `key.inPort` holds an OpenFlow port number here.
///
/// Matches are made, copied and compared once per flow-mod, and nearly all of them ask for nothing but
/// what is in the flow key. So the 64 bytes of the key stand in the match itself, and the other 576 in
/// an object that is only there when some of them are asked for.
public struct Match: Sendable {
  /// The conditions on the flow key.
  public private(set) var key = FlowKey()
  public private(set) var keyMask = FlowKey()
  /// The conditions on the rest of the flow; the keys in it are not used.
  private var rest: Rest?

  /// Changed only while one match refers to it.
  private final class Rest: @unchecked Sendable {
    var value: Flow
    var mask: Flow

    init(_ value: Flow = Flow(), _ mask: Flow = Flow()) {
      self.value = value
      self.mask = mask
    }

    var isEmpty: Bool { mask == Flow() }

    static func == (a: Rest, b: Rest) -> Bool { a.mask == b.mask && a.value == b.value }
  }

  /// Matches every packet.
  public init() {}

  public init(value: Flow, mask: PipelineMask) {
    self.init(key: value.key, mask: mask.key)
    var mask = mask
    mask.key = FlowKey()
    if mask != Flow() { rest = Rest(value & mask, mask) }
  }

  /// Conditions on the flow key alone.
  public init(key: FlowKey, mask: FlowMask) {
    self.key = key & mask
    keyMask = mask
  }

  /// Whether there are no conditions but those on the flow key.
  public var isKeyOnly: Bool { rest?.isEmpty ?? true }

  /// The whole flow that is asked for. Long: who wants one field asks for that.
  public var value: Flow { whole(rest?.value, key) }
  public var mask: PipelineMask { whole(rest?.mask, keyMask) }

  private func whole(_ rest: Flow?, _ key: FlowKey) -> Flow {
    var flow = rest ?? Flow()
    flow.key = key
    return flow
  }

  public func matches(_ flow: Flow) -> Bool {
    guard flow.key & keyMask == key else { return false }
    guard let rest else { return true }
    return flow & rest.mask == rest.value
  }

  /// What is asked of a field, right-aligned; zero where nothing is.
  public func value(of field: MatchField) -> UInt128 {
    if field.isInKey { return field.value(in: key) }
    return rest.map { field.value(in: $0.value) } ?? 0
  }

  /// Which bits of a field are asked for.
  public func mask(of field: MatchField) -> UInt128 {
    if field.isInKey { return field.value(in: keyMask) }
    return rest.map { field.value(in: $0.mask) } ?? 0
  }

  /// Adds a condition on one field; `mask` nil means exactly.
  public mutating func set(_ field: MatchField, _ v: UInt128, mask m: UInt128? = nil) {
    let m = m ?? field.allOnes
    if field.isInKey {
      field.store(v & m, mask: field.allOnes, in: &key)
      field.store(m, mask: field.allOnes, in: &keyMask)
    } else if m != 0 || rest != nil {
      let rest = ownRest()
      field.store(v & m, mask: field.allOnes, in: &rest.value)
      field.store(m, mask: field.allOnes, in: &rest.mask)
    }
  }

  /// Sets whole bytes of the key, in network order; `mask` nil means exactly. False, with nothing done,
  /// when they have a condition already, or when the value has bits that the mask has not.
  mutating func setKeyBytes(
    at offset: Int, _ new: UnsafeRawBufferPointer, mask given: UnsafeRawBufferPointer?
  ) -> Bool {
    withUnsafeMutableBytes(of: &keyMask) { mask in
      withUnsafeMutableBytes(of: &key) { key in
        for index in 0..<new.count {
          let bits = given?[index] ?? 0xff
          if mask[offset + index] != 0 || new[index] & ~bits != 0 { return false }
        }
        for index in 0..<new.count {
          mask[offset + index] = given?[index] ?? 0xff
          key[offset + index] = new[index]
        }
        return true
      }
    }
  }

  /// The rest, in an object of its own.
  private mutating func ownRest() -> Rest {
    if isKnownUniquelyReferenced(&rest), let rest { return rest }
    let own = Rest(rest?.value ?? Flow(), rest?.mask ?? Flow())
    rest = own
    return own
  }
}

extension Match: Hashable {
  public static func == (a: Match, b: Match) -> Bool {
    guard a.key == b.key, a.keyMask == b.keyMask else { return false }
    switch (a.rest, b.rest) {
    case (nil, nil): return true
    case (let a?, let b?): return a === b || a == b
    default: return a.isKeyOnly && b.isKeyOnly
    }
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(key)
    hasher.combine(keyMask)
    guard let rest, !rest.isEmpty else { return }
    hasher.combine(rest.value)
  }
}
