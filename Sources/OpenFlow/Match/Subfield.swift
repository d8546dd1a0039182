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

  /// The subfield's value in `flow`, right-aligned.
  public func value(in flow: Flow) -> UInt128 {
    (field.value(in: flow) >> UInt128(offset)) & allOnes
  }

  /// Stores the low bits of `value` into the subfield of `flow`.
  public func store(_ value: UInt128, in flow: inout Flow) {
    field.store((value & allOnes) << UInt128(offset), mask: fieldMask, in: &flow)
  }
}
