import Fields
import OpenFlow

extension StackPush: TranslatableAction {
  public func translate(_ translator: Translator) {
    translator.examine(source.field, source.fieldMask)
    translator.values.append(
      StackValue(source.value(in: translator.flow), bytes: UInt8(clamping: (source.bits + 7) / 8)))
  }
}

extension StackPop: TranslatableAction {
  public func translate(_ translator: Translator) {
    guard let value = translator.values.popLast() else {
      return translator.report("stack underflow")
    }
    translator.write(value.number & destination.allOnes, into: destination)
    translator.noteValue(of: destination)
  }
}

/// A value that was pushed. Whoever resumes a paused packet sees how wide it was.
struct StackValue: Hashable {
  let number: UInt128
  let bytes: UInt8

  init(_ number: UInt128, bytes: UInt8) {
    self.number = number
    self.bytes = bytes
  }

  /// As controllers see it: most significant byte first; of more than 16 bytes, the low ones count.
  init(_ content: [UInt8]) {
    number = content.suffix(16).reduce(0) { $0 << 8 | UInt128($1) }
    bytes = UInt8(clamping: content.count)
  }

  var content: [UInt8] {
    (0..<Int(bytes)).reversed().map {
      $0 < 16 ? UInt8(truncatingIfNeeded: number >> UInt128(8 * $0)) : 0
    }
  }
}

extension Translator {
  /// Says in the trace what some bits of a field are now.
  func noteValue(of subfield: Subfield) {
    note(subfield.report(flow))
  }
}
