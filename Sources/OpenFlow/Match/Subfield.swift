import Fields

/// A run of bits of a match field: `NXM_NX_REG0[0..15]`.
public struct Subfield: Hashable, Sendable {
  public let field: MatchField
  /// The lowest bit, 0 being the field's least significant one.
  public let offset: Int
  public let bits: Int

  public init(_ field: MatchField, offset: Int = 0, bits: Int? = nil) {
    self.field = field
    self.offset = offset
    self.bits = bits ?? field.actionBits - offset
  }

  /// All ones in the subfield's width, right-aligned.
  public var allOnes: UInt128 { bits >= 128 ? .max : (1 << UInt128(bits)) - 1 }

  /// The bits of the field that the subfield covers.
  public var fieldMask: UInt128 { allOnes << UInt128(offset) }

  /// The subfield's value in `flow`, right-aligned; of more than 128 bits, the low ones.
  public func value(in flow: Flow) -> UInt128 {
    withUnsafePointer(to: flow) { value(at: $0) }
  }

  /// The same of a flow in its place.
  public func value(at flow: UnsafePointer<Flow>) -> UInt128 {
    if isFar { return farValue(at: flow) & allOnes }
    return (field.value(at: flow) >> UInt128(offset)) & allOnes
  }

  /// Stores the low bits of `value` into the subfield of `flow`.
  public func store(_ value: UInt128, in flow: inout Flow) {
    withUnsafeMutablePointer(to: &flow) { store(value, at: $0) }
  }

  /// The same into a flow in its place.
  public func store(_ value: UInt128, at flow: UnsafeMutablePointer<Flow>) {
    guard isFar else {
      return field.store((value & allOnes) << UInt128(offset), mask: fieldMask, at: flow)
    }
    for bit in 0..<min(bits, 128) { storeBit(bit, value >> UInt128(bit) & 1 != 0, at: flow) }
  }

  // MARK: Options of tunnels may be longer than 128 bits

  private var isFar: Bool { offset + bits > 128 }

  /// Byte and bit in a flow of the subfield's bit `bit`.
  private func place(_ bit: Int) -> (byte: Int, shift: Int) {
    let position = offset + bit
    return (field.offset + field.bytes - 1 - position / 8, position % 8)
  }

  private func farValue(at flow: UnsafePointer<Flow>) -> UInt128 {
    (0..<min(bits, 128)).reduce(0) { value, bit in
      let (byte, shift) = place(bit)
      guard byte >= field.offset else { return value }
      return value | (flow.bytes(byte, 1) >> UInt128(shift) & 1) << UInt128(bit)
    }
  }

  private func storeBit(_ bit: Int, _ isSet: Bool, at flow: UnsafeMutablePointer<Flow>) {
    let (byte, shift) = place(bit)
    guard byte >= field.offset else { return }
    let old = UnsafePointer(flow).bytes(byte, 1) & ~(1 << UInt128(shift))
    flow.setBytes(byte, 1, isSet ? old | 1 << UInt128(shift) : old)
  }
}
